"""Domain names as SPF reads them: which are well formed, and how they are written for the DNS."""

from __future__ import annotations

import re

import idna

MAX_NAME = 253
"""Characters in a domain name without its last dot (RFC 7208 7.3)."""
MAX_LABEL = 63
"""Octets in one label (RFC 1035 2.3.4)."""

_WELL_FORMED = re.compile(
    rf"(?=.{{1,{MAX_NAME}}}\Z)(?:[ -\-/-~]{{1,{MAX_LABEL}}}\.)+[ -\-/-~]{{1,{MAX_LABEL}}}", re.ASCII
)
_VISIBLE = re.compile(r"[!-~]+", re.ASCII)


def to_ascii(domain: str) -> str:
    """`domain` with U-labels turned to A-labels (RFC 7208 4.3); empty where that is impossible."""
    if domain.isascii():
        return domain
    if len(domain) > MAX_NAME:
        return ""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        return ""


def is_well_formed(name: str) -> bool:
    """True if `name` can be asked for: several labels, none empty, none too long (RFC 7208 4.3).

    `name` has no last dot. Any printable ASCII passes, for macros can make spaces and the like.
    """
    return _WELL_FORMED.fullmatch(name) is not None


def is_mail_domain(domain: str) -> bool:
    """True if `domain` is one that mail can come from: well formed and no address literal."""
    return is_well_formed(domain) and bool(_VISIBLE.fullmatch(domain)) and domain[0] != "["


def shorten(name: str) -> str:
    """`name` without labels on its left until it has at most 253 characters (RFC 7208 7.3)."""
    while len(name) > MAX_NAME:
        _, dot, name = name.partition(".")
        if not dot:
            return ""
    return name


def is_same_or_below(name: str, domain: str) -> bool:
    """True if `name` is `domain` or a subdomain of it; neither ends in a dot."""
    name, domain = name.lower(), domain.lower()
    return name == domain or name.endswith("." + domain)


def for_query(name: str) -> str:
    """`name` as dnspython reads names: there a backslash begins an escape."""
    return name.replace("\\", "\\\\")
