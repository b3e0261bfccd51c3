"""Nothing inside is connected to unless it is allowed."""

from __future__ import annotations

import socket

import pytest

from diagnostics.checks.connecting import CannotConnect, addresses_of, connect_to, connector
from diagnostics.checks.zones import ZoneResolver
from network.addresses import INTERNAL, AddressPolicy

INSIDE = [
    *(network.split("/")[0] for network, _ in INTERNAL),
    "127.0.0.1",
    "10.255.255.255",
    "169.254.169.254",
    "172.31.0.1",
    "100.127.0.1",
    "255.255.255.255",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::f5ff:fffe",
]
OUTSIDE = ["192.0.2.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "2606:4700::1111"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_internal_address_is_refused(address: str) -> None:
    assert "internal" in AddressPolicy().refusal(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_not_refused(address: str) -> None:
    assert AddressPolicy().refusal(address) == ""


def test_what_is_no_address_is_refused() -> None:
    assert AddressPolicy().refusal("localhost")


def test_an_allowed_network_may_be_reached() -> None:
    policy = AddressPolicy.allowing(["127.0.0.0/8"])
    assert policy.refusal("127.0.0.1") == policy.refusal("::ffff:127.0.0.1") == ""
    assert policy.refusal("10.0.0.1")


@pytest.fixture
def listening() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server  # type: ignore[misc]


LOOPBACK_ALLOWED = AddressPolicy.allowing(["127.0.0.0/8"])


def test_a_name_that_leads_inside_is_not_connected_to(listening: socket.socket) -> None:
    resolver = ZoneResolver({"evil.test": {"A": ["127.0.0.1"], "AAAA": ["::1"]}})
    connect = connector(resolver, AddressPolicy())
    with pytest.raises(CannotConnect, match="internal") as caught:
        connect("evil.test", listening.getsockname()[1], 2.0)
    assert caught.value.unreached == "policy"


def test_the_address_that_was_checked_is_the_one_connected_to(listening: socket.socket) -> None:
    class Rebinding:
        """Public at the first question, internal at every later one."""

        def __init__(self) -> None:
            self.answers = iter(["127.0.0.2"])

        def resolve(self, qname: object, rdtype: object) -> object:
            types = {"A": [next(self.answers, "127.0.0.1")]}
            return ZoneResolver({str(qname): types}).resolve(qname, rdtype)

    # The first answer is the only allowed one; nobody listens there.
    policy = AddressPolicy.allowing(["127.0.0.2/32"])
    with pytest.raises(CannotConnect, match=r"127\.0\.0\.2"):
        connect_to("r.test", listening.getsockname()[1], 2.0, resolver=Rebinding(), policy=policy)


def test_only_the_allowed_addresses_of_a_host_are_tried(listening: socket.socket) -> None:
    resolver = ZoneResolver({"m.test": {"A": ["10.9.8.7", "127.0.0.1"]}})
    connected = connect_to(
        "m.test", listening.getsockname()[1], 2.0, resolver=resolver, policy=LOOPBACK_ALLOWED
    )
    with connected.socket:
        assert connected.address == "127.0.0.1"


def test_a_closed_port_and_a_missing_address_say_so() -> None:
    with pytest.raises(CannotConnect, match="refused"):
        connect_to("127.0.0.1", 1, 2.0, resolver=ZoneResolver({}), policy=LOOPBACK_ALLOWED)
    with pytest.raises(CannotConnect, match="no address"):
        connect_to("x.test", 25, 2.0, resolver=ZoneResolver({}), policy=LOOPBACK_ALLOWED)


def test_an_address_is_its_own_address() -> None:
    assert addresses_of("2001:DB8::1", ZoneResolver({})) == ("2001:db8::1",)
