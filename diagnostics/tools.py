"""The tools that checks are run with here: resolvers, networks and limits of the settings."""

from __future__ import annotations

import socket
from typing import Any

import dns.resolver
from django.conf import settings
from django.utils import timezone

from diagnostics.checking import Tools
from diagnostics.checks.connecting import connector
from diagnostics.checks.fetching import fetcher
from diagnostics.checks.resolving import BoundedResolver, Bounds, new_cache
from network.addresses import AddressPolicy

# One for the process: answers are kept for their TTL, from run to run.
_cache = new_cache()


class _NoResolver:
    """What resolves where nothing is configured to: nothing, and says so."""

    def resolve(self, qname: Any, rdtype: Any) -> Any:
        raise dns.resolver.NoNameservers


def tools(*, reach_internal: bool = False) -> Tools:
    """Tools over the network; `reach_internal` opens the networks that the settings allow."""
    allowed = settings.DIAGNOSTICS_ALLOWED_NETWORKS if reach_internal else ()
    policy = AddressPolicy.allowing(allowed)
    bounds = Bounds(
        questions=settings.DIAGNOSTICS_QUESTIONS, seconds=float(settings.DIAGNOSTICS_SECONDS)
    )
    asker = resolver(bounds)
    connect = connector(asker, policy)
    return Tools(
        resolver=asker,
        policy=policy,
        connect=connect,
        fetch=fetcher(connect, seconds=10.0),
        now=timezone.now(),
        helo=settings.DIAGNOSTICS_HELO or socket.getfqdn(),
        smtp_port=settings.DIAGNOSTICS_SMTP_PORT,
    )


def resolver(bounds: Bounds) -> Any:
    """A resolver over the name servers of the settings, which keeps to `bounds`."""
    servers = [_server(text) for text in settings.DIAGNOSTICS_RESOLVERS]
    try:
        return BoundedResolver(
            [address for address, _ in servers],
            port=servers[0][1] if servers else 53,
            bounds=bounds,
            cache=_cache,
        )
    except dns.resolver.NoResolverConfiguration:
        return _NoResolver()


def _server(text: str) -> tuple[str, int]:
    """`192.0.2.53` or `192.0.2.53#5353` (IPv6 has colons of its own) apart."""
    address, _, port = text.partition("#")
    return address, int(port or 53)
