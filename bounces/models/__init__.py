"""What came back, and the roads it comes by."""

from bounces.models.addresses import BounceAddress
from bounces.models.mailboxes import KnownMessage, Mailbox, MailboxRun
from bounces.models.returned import (
    BounceEvent,
    InboundMessage,
    LooseObject,
    RawMessage,
    SeenEvent,
    SeenMessage,
)
from bounces.models.roads import RoadState
from bounces.models.senders import SenderHour
from bounces.models.webhooks import Receipt, TopicSubscription, WebhookEndpoint

__all__ = [
    "BounceAddress",
    "BounceEvent",
    "InboundMessage",
    "KnownMessage",
    "LooseObject",
    "Mailbox",
    "MailboxRun",
    "RawMessage",
    "Receipt",
    "RoadState",
    "SeenEvent",
    "SeenMessage",
    "SenderHour",
    "TopicSubscription",
    "WebhookEndpoint",
]
