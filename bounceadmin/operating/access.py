"""Who is asking, and whether they may read the metrics."""

from __future__ import annotations

import hmac
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The IP address of whoever asks; empty where it cannot be told.

    Behind a proxy of ours it is the last entry of `X-Forwarded-For`, the one which that proxy
    wrote: those before it are whatever the client claimed.
    """
    if settings.BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded if _parsed(forwarded) else ""
    return request.META.get("REMOTE_ADDR", "")


def may_read_metrics(request: HttpRequest) -> bool:
    """By `METRICS_TOKEN` as a bearer token, or from one of `METRICS_NETWORKS`."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").encode(errors="replace")
    if token and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    address = _parsed(client_address(request))
    return address is not None and any(
        address in ip_network(network, strict=False) for network in settings.METRICS_NETWORKS
    )


def _parsed(text: str):
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket that listens on IPv6 shows IPv4 clients as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address
