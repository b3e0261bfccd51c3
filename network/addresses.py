"""Which addresses may be connected to: none inside, unless the operator allows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

INTERNAL: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this network (RFC 791)"),
    ("10.0.0.0/8", "private (RFC 1918)"),
    ("100.64.0.0/10", "carrier-grade NAT (RFC 6598)"),
    ("127.0.0.0/8", "loopback (RFC 1122)"),
    ("169.254.0.0/16", "link-local, where cloud metadata lives (RFC 3927)"),
    ("172.16.0.0/12", "private (RFC 1918)"),
    ("192.0.0.0/24", "protocol assignments (RFC 6890)"),
    ("192.168.0.0/16", "private (RFC 1918)"),
    ("198.18.0.0/15", "benchmarking (RFC 2544)"),
    ("224.0.0.0/4", "multicast (RFC 5771)"),
    ("240.0.0.0/4", "reserved and broadcast (RFC 1112, RFC 919)"),
    ("::/128", "unspecified (RFC 4291)"),
    ("::1/128", "loopback (RFC 4291)"),
    ("64:ff9b:1::/48", "local translation (RFC 8215)"),
    ("100::/64", "discard (RFC 6666)"),
    ("5f00::/16", "segment routing (RFC 9602)"),
    ("fc00::/7", "unique local, where cloud metadata lives too (RFC 4193)"),
    ("fe80::/10", "link-local (RFC 4291)"),
    ("fec0::/10", "site-local (RFC 3879)"),
    ("ff00::/8", "multicast (RFC 4291)"),
)
"""Networks that are nobody's on the Internet, each with what it is for."""

_INTERNAL: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), purpose) for network, purpose in INTERNAL
)
_COMPATIBLE = ip_network("::/96")  # IPv4-compatible (RFC 4291 2.5.5.1)
_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64 (RFC 6052)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be connected to."""

    allowed: tuple[Network, ...] = ()
    """Internal networks that may be reached all the same."""

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> AddressPolicy:
        """A policy that allows `networks`, such as `127.0.0.0/8`. Raises `ValueError`."""
        return cls(tuple(ip_network(network, strict=False) for network in networks))

    def refusal(self, address: str | Address) -> str:
        """Why `address` must not be connected to; empty where it may be."""
        try:
            real = innermost(ip_address(address))
        except ValueError:
            return f"{address} is no IP address"
        if any(real.version == one.version and real in one for one in self.allowed):
            return ""
        for network, purpose in _INTERNAL:
            if real.version == network.version and real in network:
                return f"{address} is an internal address: {purpose}"
        return ""


def innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries (mapped, NAT64, 6to4, Teredo), or `address`."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
