"""A letter that came back, and what all MTAs' reports about it share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one recipient, and what became of it."""

    serial: str
    """Tells it from every other letter; of letters and digits."""
    recipient: str
    return_path: str
    """Its envelope sender, where the report goes."""
    header_from: str
    subject: str
    sent_at: datetime
    at: datetime
    """When the report was written."""
    said: str
    """The reply line of the refusing host, or what the sending host says of the connection."""
    code: str
    status: str
    mx: str
    """The host that refused; empty where none was reached."""
    ip: str
    """The sending host's address."""

    @property
    def domain(self) -> str:
        return self.recipient.rpartition("@")[2]

    @property
    def sender_host(self) -> str:
        """The sending host's name."""
        return f"mta1.{self.header_from.rpartition('@')[2]}"

    @property
    def message_id(self) -> str:
        return f"{self.serial}@{self.header_from.rpartition('@')[2]}"

    @property
    def date(self) -> str:
        return format_datetime(self.at)

    @property
    def boundary(self) -> str:
        return f"=_{self.serial}.{self.sender_host}"

    def headers(self) -> str:
        """The header of the letter itself."""
        return (
            f"Return-Path: <{self.return_path}>\n"
            f"Received: from app.{self.header_from.rpartition('@')[2]} (app [192.0.2.7])\n"
            f"\tby {self.sender_host} with ESMTPS id {self.serial};\n"
            f"\t{format_datetime(self.sent_at)}\n"
            f"From: Harbourlight <{self.header_from}>\n"
            f"To: <{self.recipient}>\n"
            f"Subject: {self.subject}\n"
            f"Date: {format_datetime(self.sent_at - timedelta(seconds=4))}\n"
            f"Message-ID: <{self.message_id}>\n"
            "MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
        )

    def whole(self) -> str:
        """The letter with its text."""
        return f"{self.headers()}\nGood morning,\n\nhere is what is new at the harbour.\n"


def report(letter: Letter, top: str, human: str, fields: str, *, whole: bool = True) -> bytes:
    """A multipart/report of RFC 6522: what people read, RFC 3464 fields, the letter returned."""
    edge = letter.boundary
    returned = (
        f"Content-Type: message/rfc822\n\n{letter.whole()}"
        if whole
        else f"Content-Type: text/rfc822-headers\n\n{letter.headers()}"
    )
    return f"""\
{top}To: {letter.return_path}
Date: {letter.date}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="{edge}"

This is a MIME-encapsulated message.

--{edge}
Content-Type: text/plain; charset=utf-8

{human}
--{edge}
Content-Description: Delivery report
Content-Type: message/delivery-status

{fields}
--{edge}
Content-Description: Undelivered Message
{returned}
--{edge}--
""".encode()
