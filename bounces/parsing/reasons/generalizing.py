"""What of the evidence tells the reason, whoever it is about: what can be remembered of it."""

from __future__ import annotations

import re
from functools import lru_cache

from bounces.parsing.reasons.evidence import Evidence
from bounces.parsing.reasons.providers import PROVIDERS, Provider

_LONGEST_HOST = 255
_HOSTS: dict[str, Provider] = {host: p for p in PROVIDERS for host in p.hosts}
_ANYBODY = "ann@example.net"
"""Stands for the recipient in a reply that is remembered: it comes of many."""
_ADDRESS = re.compile(r"[\w.+=/-]{1,64}@[\w.-]{1,255}", re.A)
"""An address of the usual form, which `words_of` leaves out wherever it stands."""


def for_anybody(evidence: Evidence) -> Evidence:
    """Leave out of the evidence what tells no reason: who it is about, and which host of many."""
    text, status, code, action, recipient, remote, reporter, form, command, _ = evidence
    if recipient not in text:
        recipient = ""
    # Where a program is quoted it counts how far from the beginning.
    elif _ADDRESS.fullmatch(recipient) and '"|' not in text:
        text, recipient = text.replace(recipient, _ANYBODY), _ANYBODY
    remote, reporter = _whose(remote[: _LONGEST_HOST + 1]), _whose(reporter[: _LONGEST_HOST + 1])
    return tuple.__new__(
        Evidence, (text, status, code, action, recipient, remote, reporter, form, command, 0)
    )


@lru_cache(maxsize=4096)
def _whose(host: str) -> str:
    """Return a host of the provider that runs `host`; a dash where none is known."""
    provider = provider_at(host)
    return provider.hosts[0] if provider else "-" if host else ""


def provider_at(host: str) -> Provider | None:
    """Return the provider that runs `host`, a name below one of its domains."""
    if len(host) > _LONGEST_HOST:
        return None
    host = host.lower().rstrip(".")
    while host:
        provider = _HOSTS.get(host)
        if provider is not None:
            return provider
        _, _, host = host.partition(".")
    return None
