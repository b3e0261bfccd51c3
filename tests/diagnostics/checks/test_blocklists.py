"""Blocklists: what their answers mean, and when they mean nothing (RFC 5782)."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.blocklists import ZONES, Zone, ask_blocklist, ask_blocklists, findings
from diagnostics.checks.blocklists.ask import decoded, fits, query_name
from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.zones import ZoneResolver

LIST = Zone(
    "bl.test",
    "address",
    "Test list",
    "https://bl.test/",
    "here",
    versions=(4, 6),
    meanings=(("127.0.0.4", "a machine gone bad"),),
)
DOMAINS = Zone(
    "dbl.test", "domain", "Domain list", "https://dbl.test/", "here",
    mask=((2, "black"), (8, "red")), refusals=("127.0.0.1",),
)  # fmt: skip
MUST6 = query_name("::ffff:127.0.0.2", LIST)
WORKS: dict[str, Any] = {
    "2.0.0.127.bl.test": {"A": ["127.0.0.2"]},
    MUST6: {"A": ["127.0.0.2"]},
    "test.dbl.test": {"A": ["127.0.0.2"]},
}
OURS = "10.2.0.192.bl.test"


def state(zones: dict[str, Any], subject: str = "192.0.2.10", zone: Zone = LIST) -> str:
    return ask_blocklist(zone, subject, ZoneResolver(zones)).state


def test_names_are_asked_backwards() -> None:
    assert query_name("192.0.2.10", LIST) == OURS
    assert query_name("2001:db8::1", LIST) == (
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test"
    )
    assert query_name("example.com", DOMAINS) == "example.com.dbl.test"


def test_listed_and_not_listed() -> None:
    assert state(WORKS) == "not listed"
    assert state(WORKS | {OURS: {"A": ["127.0.0.4"]}}) == "listed"
    assert state(WORKS, "2001:db8::1") == "not listed"


def test_the_zone_s_own_reason_is_kept() -> None:
    zones = WORKS | {OURS: {"A": ["127.0.0.4"], "TXT": ["see https://bl.test/?192.0.2.10"]}}
    listing = ask_blocklist(LIST, "192.0.2.10", ZoneResolver(zones))
    assert listing.meanings == ("a machine gone bad",)
    assert listing.reason == "see https://bl.test/?192.0.2.10"


@pytest.mark.parametrize("answer", ["127.255.255.252", "127.255.255.254", "127.255.255.255"])
def test_a_refusal_is_never_a_listing(answer: str) -> None:
    assert state(WORKS | {OURS: {"A": [answer]}}) == "refused"
    assert state({"2.0.0.127.bl.test": {"A": [answer]}}) == "refused"


def test_a_zone_s_own_refusals_are_known() -> None:
    zones = WORKS | {"example.com.dbl.test": {"A": ["127.0.0.1"]}}
    assert state(zones, "example.com", DOMAINS) == "refused"


@pytest.mark.parametrize(
    "zones",
    [
        {},
        WORKS | {"1.0.0.127.bl.test": {"A": ["127.0.0.2"]}},
        WORKS | {OURS: {"A": ["203.0.113.80"]}},
        {"2.0.0.127.bl.test": {"A": ["203.0.113.80"]}},
    ],
)
def test_a_zone_that_is_closed_or_lists_everything_says_nothing(zones: dict[str, Any]) -> None:
    assert state(zones) == "broken"


def test_a_dead_resolver_is_neither_listed_nor_clean() -> None:
    assert state({"2.0.0.127.bl.test": {"A": dns.resolver.NoNameservers}}) == "unknown"
    assert state(WORKS | {OURS: {"A": dns.resolver.LifetimeTimeout}}) == "unknown"


def test_masks_are_taken_apart() -> None:
    assert decoded(DOMAINS, ["127.0.0.10"]) == ("black", "red")
    assert decoded(LIST, ["127.0.0.4", "127.0.0.9"]) == (
        "a machine gone bad",
        "listed (127.0.0.9)",
    )


def test_each_subject_goes_to_the_zones_that_list_its_kind_and_a_zone_is_tried_once() -> None:
    asked: list[str] = []

    class Counting(ZoneResolver):
        def resolve(self, qname: Any, rdtype: Any) -> Any:
            asked.append(str(qname))
            return super().resolve(qname, rdtype)

    subjects = ["192.0.2.10", "192.0.2.11", "2001:DB8::1", "Example.com."]
    listings = ask_blocklists(subjects, Counting(WORKS), zones=(LIST, DOMAINS))
    assert [(one.zone.name, one.subject, one.state) for one in listings] == [
        ("bl.test", "192.0.2.10", "not listed"),
        ("bl.test", "192.0.2.11", "not listed"),
        ("bl.test", "2001:db8::1", "not listed"),
        ("dbl.test", "example.com", "not listed"),
    ]
    assert asked.count("2.0.0.127.bl.test") == 1


def test_findings_say_what_to_do() -> None:
    zones = WORKS | {OURS: {"A": ["127.0.0.4"]}}
    listings = ask_blocklists(["192.0.2.10", "example.com"], ZoneResolver(zones), zones=(LIST,))
    dead = ask_blocklists(["192.0.2.10"], ZoneResolver({}), zones=(LIST,))
    (listed,) = findings(listings)
    assert (listed.status, listed.title) == (
        "problem",
        "192.0.2.10 is on Test list: a machine gone bad.",
    )
    assert "https://bl.test/" in listed.action
    assert [one.status for one in findings(dead)] == ["could-not-check"]


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_the_table_of_zones_is_sound(zone: Zone) -> None:
    assert zone.site.startswith("https://")
    assert zone.source.startswith("https://")
    assert bool(zone.meanings) != bool(zone.mask)
    answers = [answer for answer, _ in zone.meanings]
    assert all(answer.startswith("127.") for answer in (*answers, *zone.refusals))
    assert not set(answers) & set(zone.refusals)
    assert fits(zone, "192.0.2.1") == (zone.kind == "address")
    assert fits(zone, "example.com") == (zone.kind == "domain")


def test_no_zone_stands_twice() -> None:
    assert len({zone.name for zone in ZONES}) == len(ZONES)


def test_a_real_name_server_lists(resolver: BoundedResolver) -> None:
    listing = ask_blocklist(LIST, "192.0.2.10", resolver)
    assert (listing.state, listing.reason) == ("listed", "see https://bl.test/192.0.2.10")
    assert ask_blocklist(LIST, "192.0.2.11", resolver).state == "not listed"
