"""Findings as values, and what holds for every check."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.blocklists import check_blocklists
from diagnostics.checks.dkim import check_dkim
from diagnostics.checks.dmarc import check_dmarc
from diagnostics.checks.fetching import Fetched
from diagnostics.checks.findings import STATUSES, DnsRecord, Evidence, Finding, quoted, worst
from diagnostics.checks.mta_sts import check_mta_sts
from diagnostics.checks.mx import MailRoute, check_mx
from diagnostics.checks.ptr import check_ptr
from diagnostics.checks.spf import advise
from diagnostics.checks.tls_rpt import check_tls_rpt

Check = Callable[[Any], tuple[Finding, ...]]

CHECKS: dict[str, Check] = {
    "spf": lambda resolver: advise("example.com", resolver, sending_ips=["192.0.2.1"]).findings,
    "mx": lambda resolver: check_mx("example.com", resolver),
    "ptr": lambda resolver: check_ptr("192.0.2.1", resolver),
    "dmarc": lambda resolver: check_dmarc("example.com", resolver),
    "dkim": lambda resolver: check_dkim("sel", "example.com", resolver),
    "blocklists": lambda resolver: check_blocklists(["192.0.2.1", "example.com"], resolver),
    "tls-rpt": lambda resolver: check_tls_rpt("example.com", resolver),
    "mta-sts": lambda resolver: check_mta_sts(
        "example.com", resolver, Fetched, MailRoute("example.com", "found")
    ),
}


class Failing:
    """A resolver that fails in one way at every question."""

    def __init__(self, fault: type[Exception]) -> None:
        self.fault = fault

    def resolve(self, qname: Any, rdtype: Any) -> Any:
        raise self.fault


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize(
    "fault", [dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers, OSError]
)
def test_a_dead_resolver_gives_could_not_check_and_nothing_else(
    check: Check, fault: type[Exception]
) -> None:
    found = check(Failing(fault))
    assert found
    assert {one.status for one in found} == {"could-not-check"}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("fault", [dns.resolver.NXDOMAIN, dns.resolver.NoAnswer])
def test_every_finding_says_what_is_the_case_what_it_means_and_what_to_do(
    check: Check, fault: type[Exception]
) -> None:
    for one in check(Failing(fault)):
        assert one.title.rstrip()[-1] in ".:)" or "\n" in one.title
        assert one.meaning
        assert one.status in STATUSES
        assert bool(one.action) == (one.status != "ok")


def test_a_long_text_is_published_in_pieces() -> None:
    record = DnsRecord("example.com", "TXT", "a" * 255 + 'b"\\')
    assert str(record) == f'example.com. TXT "{"a" * 255}" "b\\"\\\\"'
    assert quoted("") == '""'


def test_records_are_lines_of_a_zone_file() -> None:
    records = (DnsRecord("example.com", "MX", "10 mx.example.com."), DnsRecord("a.test", "A", "x"))
    finding = Finding("mx", "problem", "t", records=records)
    assert finding.record == "example.com. MX 10 mx.example.com.\na.test. A x"


def test_the_worst_status_counts() -> None:
    def of(*statuses: Any) -> tuple[Finding, ...]:
        return tuple(Finding("x", status, "t") for status in statuses)

    assert worst(()) == "ok"
    assert worst(of("ok", "info")) == "info"
    assert worst(of("warning", "could-not-check")) == "warning"
    assert worst(of("could-not-check", "ok")) == "could-not-check"
    assert worst(of("problem", "warning")) == "problem"


def test_a_finding_can_be_kept_as_json_and_read_again() -> None:
    finding = Finding(
        "mx",
        "problem",
        "t",
        "m",
        "a",
        (Evidence("MX example.com", "no such record", 0.25),),
        (DnsRecord("example.com", "MX", "10 mx.example.com."),),
    )
    assert Finding.from_data(json.loads(json.dumps(finding.as_data()))) == finding


def test_time_is_no_part_of_equality() -> None:
    assert Evidence("q", "a", 0.1) == Evidence("q", "a", 0.2)
