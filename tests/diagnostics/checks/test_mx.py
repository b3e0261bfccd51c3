"""Where mail goes, and what is wrong with the way."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.mx import check_mx, mail_route
from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.zones import ZoneResolver
from network.addresses import AddressPolicy

DOMAIN = "example.com"
GOOD: dict[str, Any] = {
    DOMAIN: {"MX": ["20 b.example.com.", "10 a.example.com."]},
    "a.example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "b.example.com": {"A": ["192.0.2.2"]},
}


def titles(zones: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.status, one.title) for one in check_mx(DOMAIN, ZoneResolver(zones))]


def test_hosts_come_best_first() -> None:
    route = mail_route(DOMAIN, ZoneResolver(GOOD))
    assert [host.name for host in route.hosts] == ["a.example.com", "b.example.com"]
    assert route.hosts[0].addresses == ("192.0.2.1", "2001:db8::1")


def test_a_sound_route_is_ok() -> None:
    expected = "Mail for example.com goes to a.example.com, b.example.com."
    assert titles(GOOD) == [("ok", expected)]


@pytest.mark.parametrize(
    ("zones", "status", "words"),
    [
        ({DOMAIN: {"MX": ["0 ."]}}, "problem", "null MX"),
        ({DOMAIN: {"MX": ["0 .", "10 a.example.com."]}}, "warning", "null MX beside others"),
        ({DOMAIN: {"MX": []}}, "problem", "neither an MX nor an address"),
        ({}, "problem", "does not exist"),
        ({DOMAIN: {"MX": [], "A": ["192.0.2.9"]}}, "warning", "its own address 192.0.2.9"),
        ({DOMAIN: {"MX": dns.resolver.LifetimeTimeout}}, "could-not-check", "could not be looked"),
        ({DOMAIN: {"MX": [], "A": dns.resolver.NoNameservers}}, "could-not-check", "looked up"),
        ({DOMAIN: {"MX": ["10 192.0.2.1."]}}, "problem", "names the address 192.0.2.1"),
        ({DOMAIN: {"MX": ["10 c.example.com."]}}, "problem", "No mail host"),
        ({DOMAIN: {"MX": ["1 a.example.com.", "2 c.example.com."]}}, "warning",
         "c.example.com has no address"),
        ({DOMAIN: {"MX": ["10 c.example.com."]}, "c.example.com": {"AAAA": ["2001:db8::1"]}},
         "warning", "no IPv4 address"),
        ({DOMAIN: {"MX": ["10 c.example.com."]}, "c.example.com": {"A": ["10.0.0.1"]}},
         "problem", "which the Internet cannot reach"),
        ({DOMAIN: {"MX": ["10 c.example.com."]},
          "c.example.com": {"CNAME": ["a.example.com."], "A": ["192.0.2.1"]}},
         "warning", "is an alias (CNAME) of a.example.com"),
        ({DOMAIN: {"MX": ["10 c.example.com."]}, "c.example.com": {"A": dns.resolver.NoNameservers,
          "AAAA": dns.resolver.NoNameservers}}, "could-not-check", "addresses of c.example.com"),
    ],
)  # fmt: skip
def test_a_faulty_route_is_explained(zones: dict[str, Any], status: str, words: str) -> None:
    around = {name: types for name, types in GOOD.items() if name != DOMAIN}
    found = titles(around | zones)
    assert [one for one, title in found if words in title] == [status], found


def test_a_dead_resolver_is_neither_a_pass_nor_a_fail() -> None:
    found = titles({DOMAIN: {"MX": dns.resolver.NoNameservers}})
    assert {status for status, _ in found} == {"could-not-check"}


def test_a_missing_route_ends_in_the_record_to_publish() -> None:
    found = check_mx(DOMAIN, ZoneResolver({}))
    assert found[0].record == "example.com. MX 10 mail.example.com."


def test_a_real_name_server_tells_the_route(resolver: BoundedResolver) -> None:
    route = mail_route("example.com", resolver)
    assert (route.state, route.hosts[0].addresses) == ("found", ("127.0.0.1", "::1"))
    assert mail_route("null.example.com", resolver).state == "null"
    assert mail_route("mail.example.com", resolver).state == "implicit"
    allowed = AddressPolicy.allowing(["127.0.0.0/8", "::1/128"])
    assert [one.status for one in check_mx("example.com", resolver, policy=allowed)] == ["ok"]
