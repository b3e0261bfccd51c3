"""What came back, and the roads it comes by."""

from bounces.models.addresses import BounceAddress
from bounces.models.mailboxes import KnownMessage, Mailbox, MailboxRun
from bounces.models.returned import CLAIM_LASTS, BounceEvent, InboundMessage
from bounces.models.roads import RoadState

__all__ = [
    "CLAIM_LASTS",
    "BounceAddress",
    "BounceEvent",
    "InboundMessage",
    "KnownMessage",
    "Mailbox",
    "MailboxRun",
    "RoadState",
]
