"""E-mail addresses, compared as mail compares them. Pure.

The domain is case-insensitive and has one ASCII form (IDNA, RFC 5890); the local part belongs to
the receiving host (RFC 5321 2.4), so whether its case is folded is the caller's policy.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import idna

MAX_LOCAL_OCTETS = 64  # RFC 5321 4.5.3.1.1
MAX_ADDRESS_OCTETS = 254  # RFC 5321 4.5.3.1.3 less the angle brackets

# Not all of Unicode's: a non-breaking space may belong to a local part (RFC 6531).
_BLANKS = " \t\r\n"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
# What nearly all addresses look like: as they are written, they are valid and canonical.
_PLAIN_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~\-]+"
_PLAIN_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_PLAIN = re.compile(
    rf"(?=[^@]{{1,{MAX_LOCAL_OCTETS}}}@){_PLAIN_ATOM}(?:\.{_PLAIN_ATOM})*"
    rf"@{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL})*"
)
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*)"')
_LITERAL = re.compile(r"\[[0-9A-Za-z.:\-]{2,64}\]")
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Address:
    """A valid address: the local part without needless quoting, the domain in its ASCII form."""

    local: str
    domain: str

    def __str__(self) -> str:
        local = self.local
        if not _DOT_ATOM.fullmatch(local):
            escaped = local.replace("\\", "\\\\").replace('"', '\\"')
            local = f'"{escaped}"'
        return f"{local}@{self.domain}"

    def canonical(self, fold_local: bool = True) -> str:
        """The form two spellings of one mailbox share."""
        local = unicodedata.normalize("NFC", self.local)
        return str(Address(local.casefold() if fold_local else local, self.domain))


def parse_address(text: str) -> Address | None:
    """Read `local@domain`, in angle brackets or not; None where it is no address."""
    text = text.strip(_BLANKS)
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip(_BLANKS)
    local, at, domain = text.rpartition("@")
    if not at or len(text) > 4 * MAX_ADDRESS_OCTETS:
        return None
    quoted = _QUOTED.fullmatch(local)
    if quoted:
        local = re.sub(r"\\(.)", r"\1", quoted.group(1))
    elif not _DOT_ATOM.fullmatch(local):
        return None
    ascii_domain = to_ascii_domain(domain)
    if not local or not ascii_domain:
        return None
    address = Address(local, ascii_domain)
    written_local, _, _ = str(address).rpartition("@")
    if len(written_local.encode()) > MAX_LOCAL_OCTETS:
        return None
    return address if len(str(address).encode()) <= MAX_ADDRESS_OCTETS else None


def to_ascii_domain(domain: str) -> str:
    """The lower-case ASCII form of a domain or address literal; empty where it is neither."""
    domain = domain.strip().rstrip(".").lower()
    if _LITERAL.fullmatch(domain):
        return domain
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode().lower()
        except (idna.IDNAError, UnicodeError):
            return ""
    labels = domain.split(".")
    if len(domain) > 253 or not all(len(x) <= 63 and _HOST_LABEL.fullmatch(x) for x in labels):
        return ""
    return domain


def is_plain(text: str) -> bool:
    """Whether this is an address whose canonical form is itself, seen at a glance.

    False says nothing.
    """
    return len(text) <= MAX_ADDRESS_OCTETS and _PLAIN.fullmatch(text) is not None


def canonical(text: str, fold_local: bool = True) -> str:
    """The canonical form of an address as text; empty where it is none."""
    if is_plain(text):
        return text
    address = parse_address(text)
    return address.canonical(fold_local) if address else ""


def domain_of(address: str) -> str:
    """The part behind the last `@`; empty where there is none."""
    return address.rpartition("@")[2] if "@" in address else ""
