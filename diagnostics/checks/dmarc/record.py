"""A DMARC policy record, read strictly (RFC 9989 4.7, 4.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from diagnostics.checks.sentences import say
from diagnostics.checks.tags import TagList, read_tags

Policy = Literal["none", "quarantine", "reject"]

VERSION = "DMARC1"
POLICIES: tuple[Policy, ...] = ("none", "quarantine", "reject")
"""From the mildest to the strictest."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}
"""Tags whose values are words, with the words (RFC 9989 4.7)."""

KNOWN = frozenset(ALLOWED) | {"v", "fo", "rua", "ruf"}
REMOVED = frozenset({"pct", "rf", "ri"})
"""Tags of RFC 7489 that RFC 9989 took out; receivers of today ignore them."""

_BEGINS = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)", re.ASCII)
_OPTIONS = frozenset("01ds")
_MAILBOX = re.compile(
    r"mailto:(?P<local>[^@!?,;\s]+)@(?P<domain>[A-Za-z0-9._-]+\.[A-Za-z0-9-]+)"
    r"(?P<size>!\d+[kmgt]?)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReportAddress:
    """One place that reports go to."""

    uri: str
    address: str
    domain: str
    """In lower case; empty where the URI is none that can be mailed to."""
    has_size: bool = False
    """True for the old `!10m` at the end, which RFC 9989 took out."""


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """One DMARC policy record."""

    text: str
    tags: TagList
    faults: tuple[str, ...]
    """What is wrong with it, a sentence each. A tag with a wrong value counts as absent."""

    @property
    def policy(self) -> Policy:
        """`p`; `none` where it is missing or wrong (RFC 9989 4.7)."""
        return self._word("p") or "none"

    @property
    def subdomain_policy(self) -> Policy:
        """`sp`, or else `p`."""
        return self._word("sp") or self.policy

    @property
    def nonexistent_policy(self) -> Policy:
        """`np`, or else `sp`, or else `p`."""
        return self._word("np") or self.subdomain_policy

    @property
    def strict_spf(self) -> bool:
        """True for `aspf=s`."""
        return self.tags.get("aspf") == "s"

    @property
    def strict_dkim(self) -> bool:
        """True for `adkim=s`."""
        return self.tags.get("adkim") == "s"

    @property
    def is_test(self) -> bool:
        """True for `t=y`: the policy is applied one step milder (RFC 9989 4.7)."""
        return self.tags.get("t") == "y"

    @property
    def psd(self) -> str:
        """`y` for a public suffix, `n` for an organizational domain, `u` where it does not say."""
        value = self.tags.get("psd")
        return value if value in ALLOWED["psd"] and value else "u"

    @property
    def aggregate(self) -> tuple[ReportAddress, ...]:
        """Where aggregate reports go (`rua`)."""
        return _addresses(self.tags.get("rua"))

    @property
    def failure(self) -> tuple[ReportAddress, ...]:
        """Where failure reports go (`ruf`)."""
        return _addresses(self.tags.get("ruf"))

    @property
    def removed(self) -> tuple[str, ...]:
        """Tags in it that RFC 9989 took out."""
        return tuple(name for name in self.tags.names if name in REMOVED)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Tags in it that no standard knows; receivers ignore them."""
        return tuple(name for name in self.tags.names if name not in KNOWN | REMOVED)

    def _word(self, name: str) -> Policy | None:
        value = (self.tags.get(name) or "").lower()
        return next((policy for policy in POLICIES if policy == value), None)


def is_dmarc(text: str) -> bool:
    """True if a TXT record is a DMARC record: `v=DMARC1` stands first, in just this case."""
    return _BEGINS.match(text) is not None


def read_dmarc(text: str) -> DmarcRecord:
    """Read one record, which `is_dmarc`; raises nothing."""
    tags = read_tags(text)
    faults = list(tags.faults)
    for name, words in ALLOWED.items():
        value = tags.get(name)
        if value is not None and value.lower() not in words:
            faults.append(
                say(
                    "{name}={value} is none of {words}",
                    name=name,
                    value=value,
                    words=words,
                )
            )
    if tags.get("p") is None:
        faults.append(say("p= is missing; receivers take it as p=none"))
    for name in ("rua", "ruf"):
        faults += [
            say("{name}: {uri} is no mailto: address", name=name, uri=repr(address.uri))
            for address in _addresses(tags.get(name))
            if not address.domain
        ]
    options = tags.get("fo")
    if options is not None and not set(options.lower().replace(" ", "").split(":")) <= _OPTIONS:
        faults.append(say("fo={options} is none of 0, 1, d, s", options=options))
    return DmarcRecord(text, tags, tuple(faults))


def _addresses(value: str | None) -> tuple[ReportAddress, ...]:
    return tuple(_address(uri.strip()) for uri in value.split(",")) if value is not None else ()


def _address(uri: str) -> ReportAddress:
    found = _MAILBOX.fullmatch(uri)
    if found is None:
        return ReportAddress(uri, "", "")
    domain = found["domain"].lower()
    return ReportAddress(uri, f"{unquote(found['local'])}@{domain}", domain, bool(found["size"]))
