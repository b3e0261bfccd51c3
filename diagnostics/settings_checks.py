"""What is wrong with the settings of diagnostics, said at the start and not by a failing run."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.core.checks import CheckMessage, Error

from lists.addresses import to_ascii_domain
from network.addresses import AddressPolicy

_TLS = ("none", "starttls", "tls")


def check_settings(**_kwargs: object) -> list[CheckMessage]:
    """One error a setting that cannot be used."""
    found: list[CheckMessage] = []
    ports = {text.partition("#")[2] or "53" for text in settings.DIAGNOSTICS_RESOLVERS}
    if not all(_is_server(text) for text in settings.DIAGNOSTICS_RESOLVERS) or len(ports) > 1:
        found.append(
            Error(
                "DIAGNOSTICS_RESOLVERS must name IP addresses, all with the same port.",
                hint="Such as 192.0.2.53,192.0.2.54 or 192.0.2.53#5353.",
                id="diagnostics.E001",
            )
        )
    try:
        AddressPolicy.allowing(settings.DIAGNOSTICS_ALLOWED_NETWORKS)
    except ValueError as error:
        found.append(
            Error(
                f"DIAGNOSTICS_ALLOWED_NETWORKS must name networks: {error}.",
                hint="Such as 10.1.0.0/16,fd00::/8.",
                id="diagnostics.E002",
            )
        )
    if settings.PROBE_RELAY_TLS not in _TLS:
        found.append(
            Error(
                f"PROBE_RELAY_TLS must be one of {', '.join(_TLS)}.",
                hint="starttls for port 587, tls for port 465.",
                id="diagnostics.E003",
            )
        )
    if not to_ascii_domain(settings.PROBE_RECIPIENT_DOMAIN):
        found.append(Error("PROBE_RECIPIENT_DOMAIN must be a domain name.", id="diagnostics.E004"))
    return found


def _is_server(text: str) -> bool:
    address, _, port = text.partition("#")
    try:
        ip_address(address)
    except ValueError:
        return False
    return not port or (port.isdecimal() and 0 < int(port) < 65536)
