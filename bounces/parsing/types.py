"""What `parse()` returns: plain, immutable values that any program can use without Django."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

# `sent` and `unsubscribe` are told by webhooks only: `parse()` finds none.
Kind = Literal[
    "bounce", "delayed", "delivered", "autoreply", "complaint", "other", "sent", "unsubscribe"
]
Category = Literal["hard", "soft", "block", ""]


class Report(NamedTuple):
    """What one message says of one recipient."""

    recipient: str
    """The address that failed, as `local@domain`; empty where the report names none."""
    category: Category
    """`hard`, `soft`, `block`, or empty where the kind of message has none."""
    reason: str
    """A name from `reasons.names`, such as `userunknown`."""
    action: str = ""
    """RFC 3464 2.3.3: `failed`, `delayed`, `delivered`, `relayed`, `expanded`, or empty."""
    status: str = ""
    """The enhanced status code of RFC 3463, such as `5.1.1`, or empty."""
    smtp_code: str = ""
    """The three-digit reply code of RFC 5321, such as `550`, or empty."""
    diagnostic: str = ""
    """The reply text or the reporter's own explanation, on one line."""
    remote_mta: str = ""
    """The host that refused the message (RFC 3464 2.3.5), or empty."""
    reporting_mta: str = ""
    """The host that wrote the report (RFC 3464 2.2.2), or empty."""
    original_recipient: str = ""
    """The address before aliases were expanded (RFC 3464 2.3.1), or empty where it is the same."""
    feedback_type: str = ""
    """RFC 5965 3.1: `abuse`, `fraud`, `virus`, `not-spam`, ...; empty where it is no complaint."""
    rule: str = ""
    """The name of the rule that gave the reason."""
    evidence: str = ""
    """The line of the message that the rule read."""


class ParsedMessage(NamedTuple):
    """What one message turned out to be."""

    kind: Kind
    reports: tuple[Report, ...] = ()
    format: str = ""
    """Which signature recognised the message, such as `postfix` or `rfc3464`; empty if none did."""
    message_id: str = ""
    """This message's own Message-ID, without angle brackets."""
    sender: str = ""
    """The address in this message's From header."""
    recipients: tuple[str, ...] = ()
    """Addresses this message was delivered to, best first (Delivered-To, X-Original-To, To ...)."""
    subject: str = ""
    date: datetime | None = None
    """This message's Date, aware, in UTC; None where it is missing or broken."""
    return_path: str = ""
    """The original message's envelope sender, as far as the report tells: the bounce address."""
    original_message_id: str = ""
    """The returned message's Message-ID, without angle brackets."""
    original_subject: str = ""
    original_from: str = ""
    """The address in the returned message's From header."""
    feedback_source: str = ""
    """RFC 5965 Source-IP of a complaint, or empty."""
    note: str = ""
    """What was wrong with the message or cut off, in a sentence; empty if nothing."""
