"""What a mailbox can do, whatever its protocol. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox is and how to get in. Its secrets are not part of its text."""

    protocol: str
    """`imap`, `pop3` or `maildir`."""
    host: str = ""
    port: int = 0
    tls: str = "tls"
    """`tls`, `starttls` or `none`."""
    ca_certificate: str = ""
    """PEM of an authority to trust besides the usual ones."""
    username: str = ""
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    """Of OAuth2; it is used instead of the password."""
    folder: str = "INBOX"
    """Of a Maildir: its path."""
    afterwards: str = "leave"
    """`move`, `delete` or `leave`."""
    move_to: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """How far an IMAP folder has been read (RFC 3501 2.3.1.1)."""

    uid_validity: int | None = None
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """What is there to be read, oldest first."""

    keys: Sequence[str]
    uid_validity: int | None = None
    """Of an IMAP folder."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message, or why it cannot be read."""

    key: str
    raw: bytes = b""
    """Cut to the limit."""
    size: int = 0
    """What it has in full, in bytes, as far as the server tells."""
    error: str = ""


class Session(Protocol):
    """An open mailbox. Its methods raise `MailboxError`, `ConnectionLost` where it broke."""

    def listing(self, position: Position) -> Listing:
        """The keys of what is to be read; in an IMAP folder whose messages stay, from `position`
        on."""

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """Bytes of each message that is still there."""

    def read(self, keys: Sequence[str], limit: int) -> Iterator[Read]:
        """The messages, each cut to `limit` bytes; one that is gone is left out."""

    def finish(self, keys: Sequence[str]) -> None:
        """They are stored: move, delete or mark them, as the account says."""

    def count(self) -> int:
        """How many messages the folder holds."""

    def close(self) -> None:
        """Say goodbye; what was deleted is gone now. Never raises."""


def number_of(key: str) -> int:
    """The UID in a key of IMAP, `UIDVALIDITY:UID`."""
    return int(key.rpartition(":")[2])
