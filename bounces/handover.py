"""Who handed a message over to us, as far as hosts of ours say. Pure.

What a message says of its way was written by many hands; only what hosts of ours wrote is
believed. That is what the listener saw of an SMTP client, or the header fields that stand above the
`Received` with which a host of ours took the message in: everything below came with the message.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from bounces.parsing.headers import ordered_fields
from network.addresses import AddressPolicy, innermost

_MOST_BYTES = 128 * 1024
_LONGEST_FIELD = 8000
_MOST_RESULTS = 20
_PUBLIC = AddressPolicy()

# RFC 5321 4.4: `from NAME (NAME [ADDRESS]) by NAME with PROTOCOL`; Exim has `(helo=NAME)`.
_BY = re.compile(r"(?:^|\s)by\s+(\S+)", re.I)
# RFC 3848: an A at the end says that the client logged in, so that a person wrote it.
_WITH = re.compile(r"(?:\s+\([^()]*\))?\s+with\s+([\w-]+)", re.I)
_OF_PERSONS = re.compile(r"(?:utf8)?(?:e?smtps?|lmtps?)a|https?|mapi", re.I)
_WITHIN_A_HOST = re.compile(r"local|(?:utf8)?lmtps?", re.I)
_ADDRESS = re.compile(r"(?:(?<=[\[(\s=])|(?<=IPv6:))([0-9A-Fa-f:.]{2,45})(?=[\])\s]|$)", re.I)
_HELO = re.compile(r"helo=([^\s)]+)", re.I)
# RFC 8601 2.2, once comments and quotes are gone.
_RESULT = re.compile(r"\s*(spf|dkim)\s*=\s*pass(?=\s|$)", re.I)
_PROPERTY = re.compile(r"\b(header\.[di]|smtp\.helo|smtp\.mailfrom)\s*=\s*([^\s;]+)", re.I)
_METHODS = {
    "header.d": "dkim",
    "header.i": "dkim",
    "smtp.helo": "spf",
    "smtp.mailfrom": "spf",
}


@dataclass(frozen=True, slots=True)
class Passed:
    """A check of the sender that a host of ours says was passed."""

    method: str
    """`spf` or `dkim`."""
    domain: str


@dataclass(frozen=True, slots=True)
class Handover:
    """The server that handed a report over, with an empty envelope sender, as one of its own."""

    ip: str
    helo: str = ""
    from_domain: str = ""
    """Of the message's From, which anybody may have written."""
    passed: tuple[Passed, ...] = ()


def from_client(raw: bytes, ip: str, helo: str, sender: str) -> Handover | None:
    """What the listener saw of an SMTP client. No header is believed: the client wrote them all.

    None where the address is internal, where it has a sender (a report has none: RFC 3464 2), or
    where the message came to the client from elsewhere.
    """
    if sender not in ("", "<>") or not _is_public(ip) or not _is_first_hand(_fields(raw)):
        return None
    return Handover(_plain(ip), helo.lower().rstrip("."))


def from_headers(raw: bytes, ours: Collection[str], sender: str = "") -> Handover | None:
    """What hosts `ours` (names in lower case) wrote above the message as it came to them.

    `sender` is the envelope sender where the road knows it, as `<>` where it is empty; else a
    `Return-Path: <>` must stand there. None wherever anything is not certain.
    """
    fields = _fields(raw)
    at = _taken_in_at(fields, ours)
    if at is None or not _is_first_hand(fields[at + 1 :]):
        return None
    above = fields[:at]
    senders = {value for name, value in above if name == "return-path"} | ({sender} - {""})
    if senders != {"<>"}:
        return None
    hop = _Hop.read(fields[at][1])
    return Handover(hop.addresses[0], hop.helo, passed=_passed(above, ours))


@dataclass(frozen=True, slots=True)
class _Hop:
    """One `Received` field."""

    has_from: bool
    addresses: tuple[str, ...]
    """Every address in its `from`; the client may have put one into its HELO."""
    helo: str
    by: str
    protocol: str

    @classmethod
    def read(cls, value: str) -> _Hop:
        value = value[:_LONGEST_FIELD]
        by = _BY.search(value)
        start = value[: by.start()] if by else value
        has_from = start[:5].lower() == "from "
        addresses = {_plain(text) for text in _ADDRESS.findall(start)} if has_from else set()
        protocol = _WITH.match(value, by.end()) if by else None
        named = _HELO.search(start)
        words = start.split()
        helo = named[1] if named else words[1] if has_from and len(words) > 1 else ""
        return cls(
            has_from,
            tuple(sorted(addresses - {""})),
            helo.lower().rstrip("."),
            by[1].lower().rstrip(".;") if by else "",
            protocol[1] if protocol else "",
        )

    @property
    def is_within(self) -> bool:
        """Whether it stayed within one house: no public address, and nothing is left unsaid."""
        if _OF_PERSONS.fullmatch(self.protocol):
            return False
        if not self.has_from:
            return True
        if not self.addresses:
            return bool(_WITHIN_A_HOST.fullmatch(self.protocol))
        return not any(_is_public(address) for address in self.addresses)


def _taken_in_at(fields: Sequence[tuple[str, str]], ours: Collection[str]) -> int | None:
    """Which field is the `Received` of the host of ours that took the message from outside."""
    for at, (name, value) in enumerate(fields):
        if name != "received":
            continue
        hop = _Hop.read(value)
        is_ours = hop.by in ours
        # Gmail's own way inside: by a name that is an internal address, from nobody.
        if not is_ours and not (not hop.has_from and _plain(hop.by) and not _is_public(hop.by)):
            return None
        if hop.is_within:
            continue
        # With two it is not known which of them the client wrote into its HELO.
        return at if len(hop.addresses) == 1 and _is_public(hop.addresses[0]) else None
    return None


def _is_first_hand(fields: Sequence[tuple[str, str]]) -> bool:
    """Whether the message began with who handed it over.

    A person's mailbox may forward what a forger sent there, also with an empty sender. Then the
    provider's own `Received` names where it came from.
    """
    return all(_Hop.read(value).is_within for name, value in fields if name == "received")


def _passed(fields: Sequence[tuple[str, str]], ours: Collection[str]) -> tuple[Passed, ...]:
    found: dict[Passed, None] = {}
    for name, value in fields:
        if name != "authentication-results":
            continue
        host, *results = _without_comments(value[:_LONGEST_FIELD]).split(";")
        # A version number may follow the name.
        if (host.split() or [""])[0].lower() not in ours:
            continue
        for result in results[:_MOST_RESULTS]:
            found |= dict.fromkeys(_read_result(result))
    return tuple(found)[:_MOST_RESULTS]


def _read_result(text: str) -> list[Passed]:
    method = _RESULT.match(text)
    if method is None:
        return []
    return [
        Passed(method[1].lower(), domain)
        for name, value in _PROPERTY.findall(text)
        if _METHODS[name.lower()] == method[1].lower()
        and (domain := value.rpartition("@")[2].lower().rstrip("."))
    ]


def _without_comments(text: str) -> str:
    """`text` with comments left out and quoted strings as `?`: strangers wrote what is in them."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and (depth or quoted):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
            kept.append("?")
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            kept.append(" ")
        elif not depth:
            kept.append(char)
    return "".join(kept)


def _fields(raw: bytes) -> list[tuple[str, str]]:
    text = raw[:_MOST_BYTES].decode("latin-1").replace("\r\n", "\n")
    return ordered_fields(text.partition("\n\n")[0])


def _plain(text: str) -> str:
    """An IP address as it is best known, such as an IPv4-mapped one as IPv4; else empty."""
    try:
        return str(innermost(ip_address(text.strip("[]").partition("%")[0])))
    except ValueError:
        return ""


def _is_public(address: str) -> bool:
    return bool(_plain(address)) and not _PUBLIC.refusal(_plain(address))
