"""Complaints: the abuse reporting format of RFC 5965 and what providers make of it."""

from __future__ import annotations

from bounces.parsing import addresses
from bounces.parsing.headers import Headers
from bounces.parsing.mime import Message, Part
from bounces.parsing.notice import MOST_RECIPIENTS, Notice

TYPES = frozenset({"message/feedback-report", "text/feedback-report"})


def feedback_part(message: Message) -> Part | None:
    """The part with the fields of a feedback report."""
    for part in message.parts:
        if part.type in TYPES:
            return part
    return None


def recipients(fields: Headers, notice: Notice) -> list[str]:
    """Whom the complaint is from: as the report says, else as the returned message says."""
    for name in ("original-rcpt-to", "removal-recipient"):
        found = [addresses.of_field(value) for value in fields.all(name)]
        found = [address for address in found if address]
        if found:
            return list(dict.fromkeys(found))[:MOST_RECIPIENTS]
    original = notice.original
    for name in ("x-original-to", "delivered-to", "to"):
        found = addresses.every(original.get(name))
        if found:
            return found[:MOST_RECIPIENTS]
    return []
