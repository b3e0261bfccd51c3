"""What the rules read (`Evidence`) and what they answer (`Verdict`)."""

from __future__ import annotations

from typing import NamedTuple

NEAR = " ~ "
"""In a rule, between a subject and what is said near it (`texts/pairs.py`)."""


class Evidence(NamedTuple):
    """What a report says of one recipient, as far as it says it. Only `diagnostic` is needed."""

    diagnostic: str
    """The reply text or the reporter's own explanation, on one line or several; codes may stay."""
    status: str = ""
    """The enhanced status code of RFC 3463, such as `5.1.1`."""
    smtp_code: str = ""
    """The three-digit reply code of RFC 5321, such as `550`."""
    action: str = ""
    """RFC 3464 2.3.3: `failed`, `delayed`, `expired`, ..."""
    recipient: str = ""
    """The address that failed."""
    remote_mta: str = ""
    """The host that refused the message."""
    reporting_mta: str = ""
    """The host that wrote the report."""
    format: str = ""
    """Which signature recognised the report, such as `postfix` or `googlegroups`."""
    command: str = ""
    """The SMTP command that was refused: `CONN`, `EHLO`, `HELO`, `STARTTLS`, `AUTH`, `MAIL`,
    `RCPT` or `DATA` (also for its final dot); `PIPE` where a local program or mailbox failed
    (a Diagnostic-Code of type X-Unix). Text after the name and its case do not matter."""
    message_size: int = 0
    """Octets of the returned message, 0 where unknown."""


class Verdict(NamedTuple):
    """A reason and what gave it."""

    reason: str
    """A name from `names.REASONS`."""
    rule: str
    """The table row that decided: `gmail:5.7.26`, `text:mailboxfull/quota exceeded`,
    `status:5.1.1`, `command:MAIL`, `reply:552`, `format:googlegroups` or `none`."""
    evidence: str
    """The sentence of the diagnostic that the rule matched, or the code; empty if nothing."""
