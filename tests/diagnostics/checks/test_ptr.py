"""Reverse names of sending addresses."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.ptr import check_ptr, reverse_names
from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.zones import ZoneResolver

REVERSE = "10.2.0.192.in-addr.arpa"
NAMED: dict[str, Any] = {
    REVERSE: {"PTR": ["mail.example.org."]},
    "mail.example.org": {"A": ["192.0.2.10"]},
}


def found(zones: dict[str, Any], **options: Any) -> list[tuple[str, str]]:
    checked = check_ptr("192.0.2.10", ZoneResolver(zones), **options)
    return [(one.status, one.title) for one in checked]


def test_a_name_that_leads_back_is_confirmed() -> None:
    assert found(NAMED, helo="mail.example.org")[0][0] == "ok"
    assert len(found(NAMED, helo="mail.example.org")) == 1


@pytest.mark.parametrize(
    ("zones", "status", "words"),
    [
        ({}, "problem", "no reverse name"),
        ({REVERSE: {"PTR": ["gone.example.org."]}}, "problem", "does not lead back"),
        (NAMED | {"mail.example.org": {"A": ["192.0.2.99"]}}, "problem", "does not lead back"),
        ({REVERSE: {"PTR": dns.resolver.NoNameservers}}, "could-not-check", "looked up"),
        (NAMED | {"mail.example.org": {"A": dns.resolver.LifetimeTimeout}}, "could-not-check",
         "looked up"),
        ({REVERSE: {"PTR": ["dyn-10.isp.example."]}, "dyn-10.isp.example": {"A": ["192.0.2.10"]}},
         "warning", "home connection"),
    ],
)  # fmt: skip
def test_a_faulty_name_is_explained(zones: dict[str, Any], status: str, words: str) -> None:
    assert [one for one, title in found(zones) if words in title] == [status]


def test_another_helo_is_mentioned() -> None:
    assert found(NAMED, helo="other.example.org")[1][0] == "info"


def test_a_missing_name_ends_in_the_records_to_publish() -> None:
    checked = check_ptr("2001:db8::1", ZoneResolver({}), helo="mail.example.org")
    reverse = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    assert checked[0].record.splitlines() == [
        f"{reverse}. PTR mail.example.org.",
        "mail.example.org. AAAA 2001:db8::1",
    ]


def test_no_address_is_a_problem() -> None:
    assert check_ptr("mail.example.org", ZoneResolver({}))[0].status == "problem"


def test_a_real_name_server_confirms_or_not(resolver: BoundedResolver) -> None:
    assert reverse_names("192.0.2.10", resolver).standing == "confirmed"
    assert reverse_names("192.0.2.11", resolver).standing == "unconfirmed"
    assert reverse_names("192.0.2.12", resolver).standing == "missing"
    assert reverse_names("198.51.100.1", resolver).standing == "unknown"
