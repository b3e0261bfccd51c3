"""Who is asking: the connecting address, the envelope sender and HELO, as macros see them."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from diagnostics.checks.spf.names import to_ascii

_LONGEST = 1024  # characters of a local part or HELO; SMTP allows 64 and 255 (RFC 5321 4.5.3.1)
_MAPPED = 0xFFFF  # the upper 96 bits of an IPv4-mapped address (RFC 4291 2.5.5.2)

Address = IPv4Address | IPv6Address


class Client(NamedTuple):
    """An address as numbers, for they compare many times faster than objects do."""

    version: int
    number: int
    text: str

    @property
    def bits(self) -> int:
        """How long the address is: 32 or 128."""
        return 32 if self.version == 4 else 128

    @property
    def address(self) -> Address:
        """The address as Python's own type."""
        return IPv4Address(self.number) if self.version == 4 else IPv6Address(self.number)

    def __str__(self) -> str:
        return self.text

    def is_within(self, version: int, number: int, prefix: int) -> bool:
        """True if the first `prefix` bits are those of `number`, an address of `version`."""
        if version != self.version:
            return False
        return (self.number ^ number) >> (self.bits - prefix) == 0

    def dotted(self) -> str:
        """`%{i}`: the octets of IPv4, or the nibbles of IPv6, parted by dots (RFC 7208 7.3)."""
        if self.version == 4:
            return self.text
        # The DNS ignores case; in an explanation, upper case is what pyspf shows too.
        return ".".join(f"{self.number:032X}")


def read_client(ip: str | Address) -> Client | None:
    """`ip` as a client, IPv4-mapped ones as IPv4 (RFC 7208 5); None if it is no address."""
    text = str(ip).partition("%")[0].strip()
    version = 6 if ":" in text else 4
    number = address_number(text, version)
    if number is None:
        return None
    if version == 6 and number >> 32 == _MAPPED:
        version, number = 4, number & 0xFFFFFFFF
        text = str(IPv4Address(number))
    return Client(version, number, text if version == 4 else str(IPv6Address(number)))


def address_number(text: str, version: int) -> int | None:
    """The address `text` of IP `version` as a number; None if it is none."""
    try:
        packed = socket.inet_pton(socket.AF_INET if version == 4 else socket.AF_INET6, text)
    except (OSError, ValueError):
        return None
    return int.from_bytes(packed, "big")


class Identity(NamedTuple):
    """The arguments of `check_host()`, in order."""

    client: Client
    local: str
    """The sender's local part; `postmaster` where it has none (RFC 7208 4.3)."""
    domain: str
    """The sender's domain in A-labels, or HELO's where the sender is empty (RFC 7208 2.4)."""
    helo: str

    def macro_values(self) -> dict[str, str]:
        """The macro letters that stay the same all through an evaluation (RFC 7208 7.2)."""
        return {
            "s": f"{self.local}@{self.domain}",
            "l": self.local,
            "o": self.domain,
            "h": self.helo,
            "i": self.client.dotted(),
            "c": self.client.text,
            "v": "in-addr" if self.client.version == 4 else "ip6",
        }


def read_identity(client: Client, sender: str | None, helo: str | None) -> Identity:
    """The identity behind an envelope sender, which may be empty or `<>`, and a HELO name."""
    helo = (helo or "").removesuffix(".")
    helo = (to_ascii(helo) or helo)[:_LONGEST]
    sender = "" if sender is None or sender == "<>" else sender
    local, _, domain = sender.rpartition("@")
    domain = to_ascii(domain.removesuffix(".")) if sender else helo
    return Identity(client, local[-_LONGEST:] or "postmaster", domain, helo)
