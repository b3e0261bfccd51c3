"""What an admin writes down of how a list is sent: addresses, selectors, domains. Pure.

Each is a text with one entry a line (commas and spaces part them as well), kept normalised and
without repeats. `ValueError` names the entry that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address

from lists.addresses import to_ascii_domain
from lists.marking import to_say

MOST_ENTRIES = 50

TOO_MANY = to_say("%(n)s entries; at most %(most)s are looked at")
NO_IP = to_say("%(entry)s is no IP address")
NO_DOMAIN = to_say("%(entry)s is no domain name")
NO_SELECTOR = to_say("%(entry)s is no DKIM selector")
"""What is said of entries that are none."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DOMAINKEY = "._domainkey"


def entries(text: str) -> tuple[str, ...]:
    """The entries of a text, in their order, each once."""
    return tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))


def normalised(text: str, read: Callable[[str], str]) -> str:
    """`text` with every entry as `read` gives it, one a line. Raises `ValueError`."""
    found = tuple(dict.fromkeys(read(entry) for entry in entries(text)))
    if len(found) > MOST_ENTRIES:
        raise ValueError(TOO_MANY % {"n": len(found), "most": MOST_ENTRIES})
    return "\n".join(found)


def read_ip(entry: str) -> str:
    """An IPv4 or IPv6 address in its usual form. Raises `ValueError`."""
    try:
        return str(ip_address(entry))
    except ValueError:
        raise ValueError(NO_IP % {"entry": repr(entry)}) from None


def read_domain(entry: str) -> str:
    """A domain in its ASCII form. Raises `ValueError`."""
    domain = to_ascii_domain(entry)
    if not domain or "." not in domain or domain.startswith("["):
        raise ValueError(NO_DOMAIN % {"entry": repr(entry)})
    return domain


def read_selector(entry: str) -> str:
    """`selector` or `selector._domainkey.domain` (RFC 6376 3.1). Raises `ValueError`."""
    selector, found, domain = entry.lower().rstrip(".").partition(f"{_DOMAINKEY}.")
    labels = selector.split(".")
    if "_domainkey" in labels or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(NO_SELECTOR % {"entry": repr(entry)})
    return f"{selector}{_DOMAINKEY}.{read_domain(domain)}" if found else selector


def selector_and_domain(entry: str, default_domain: str) -> tuple[str, str]:
    """A normalised selector entry apart; without a domain of its own it is of `default_domain`."""
    selector, _, domain = entry.partition(f"{_DOMAINKEY}.")
    return selector, domain or default_domain
