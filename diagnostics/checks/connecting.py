"""Connections to other hosts, made only where the policy lets them.

The name is resolved here, the address is checked, and that same address is connected to: a name
that answers differently a moment later (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from diagnostics.checks.asking import Resolver, ask
from diagnostics.checks.sentences import say
from diagnostics.checks.spf.identity import read_client
from network.addresses import AddressPolicy

MOST_ADDRESSES = 4
"""Addresses of one host that are tried."""


Unreached = Literal["", "policy", "no address", "unknown", "refused", "silent"]
"""Why there is no connection: our policy forbade it, the host has no address, the DNS did not
say, the host refused, or it did not answer in time. Empty where there is one."""


_SILENT: Unreached = "silent"


class CannotConnect(Exception):
    """No connection was made; the sentence says why."""

    def __init__(self, why: str, unreached: Unreached) -> None:
        super().__init__(why)
        self.why = why
        self.unreached = unreached


@dataclass(frozen=True, slots=True)
class Connected:
    """An open connection."""

    socket: socket.socket
    address: str
    seconds: float


Connect = Callable[[str, int, float], Connected]
"""How checks connect: host or address, port, seconds. Raises `CannotConnect`."""


def connector(resolver: Resolver, policy: AddressPolicy) -> Connect:
    """A `Connect` that resolves through `resolver` and asks `policy`."""

    def connect(host: str, port: int, seconds: float) -> Connected:
        return connect_to(host, port, seconds, resolver=resolver, policy=policy)

    return connect


def connect_to(
    host: str, port: int, seconds: float, *, resolver: Resolver, policy: AddressPolicy
) -> Connected:
    """Connect to `port` of `host`, a name or an address, within `seconds` in all.

    Raises `CannotConnect`.
    """
    began = time.monotonic()
    addresses = addresses_of(host, resolver)
    if not addresses:
        raise CannotConnect(say("{host} has no address", host=host), "no address")
    refusals = [policy.refusal(address) for address in addresses]
    if all(refusals):
        raise CannotConnect(say("{address} is an internal address", address=addresses[0]), "policy")
    why: str = say("{host} did not answer within {n} seconds", host=host, n=f"{seconds:g}")
    unreached = _SILENT
    for address, refusal in list(zip(addresses, refusals, strict=True))[:MOST_ADDRESSES]:
        left = seconds - (time.monotonic() - began)
        if refusal or left <= 0:
            continue
        try:
            opened = socket.create_connection((address, port), timeout=left)
        except OSError as error:
            why = say(
                "{address} port {port}: {error}",
                address=address,
                port=port,
                error=error.strerror or say("no answer in time"),
            )
            unreached = "refused" if isinstance(error, ConnectionRefusedError) else _SILENT
            continue
        return Connected(opened, address, time.monotonic() - began)
    raise CannotConnect(why, unreached)


def addresses_of(host: str, resolver: Resolver) -> tuple[str, ...]:
    """The addresses of `host`, IPv4 first; `host` itself where it is one.

    Raises `CannotConnect` where the DNS does not say.
    """
    if (client := read_client(host)) is not None:
        return (client.text,)
    asked = [ask(resolver, host, rdtype) for rdtype in ("A", "AAAA")]
    found = tuple(address for answered in asked for address in answered.addresses())
    failed = [answered for answered in asked if answered.outcome == "failed"]
    if not found and failed:
        raise CannotConnect(
            say("the addresses of {host} are unknown: {error}", host=host, error=failed[0].error),
            "unknown",
        )
    return found
