"""Ten lookups, two void lookups, ten names, twenty seconds (RFC 7208 4.6.4)."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.checks.spf import Limits
from tests.diagnostics.checks.spf_cases import CLIENT, CLIENT6, judge, result_of

OTHER = {
    "example.com": {"A": ["192.0.2.99"], "MX": ["10 mx.example.com."]},
    "mx.example.com": {"A": ["192.0.2.98"]},
}
REVERSE = "10.2.0.192.in-addr.arpa"


@pytest.mark.parametrize(
    ("terms", "result", "lookups"),
    [
        ("a " * 10 + "+all", "pass", 10),
        ("a " * 11 + "+all", "permerror", 10),
        ("mx " * 10 + "+all", "pass", 10),
        ("a mx " * 4 + "ptr exists:mx.example.com", "pass", 10),
        ("a mx " * 5 + "exists:mx.example.com", "permerror", 10),
        ("a " * 10 + "redirect=example.com", "permerror", 10),
        ("ip4:192.0.2.99 " * 40 + "+all", "pass", 0),
        ("+all " + "a " * 40, "pass", 0),
        ("a " * 9 + "exp=mx.example.com -all", "fail", 9),
    ],
)
def test_ten_terms_may_ask(terms: str, result: str, lookups: int) -> None:
    found = judge(f"v=spf1 {terms}", OTHER)
    assert (found.result, found.lookups) == (result, lookups)


def test_included_records_spend_from_the_same_ten() -> None:
    zones = OTHER | {"a.test": {"TXT": ["v=spf1 a:mx.example.com a:mx.example.com"]}}
    assert judge("v=spf1 " + "include:a.test " * 3 + "a +all", zones).lookups == 10
    assert result_of("v=spf1 " + "include:a.test " * 3 + "a +all", zones) == "pass"
    assert result_of("v=spf1 " + "include:a.test " * 3 + "a a +all", zones) == "permerror"


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:example.com -all",
        "v=spf1 redirect=example.com",
        "v=spf1 ?include:%{d} redirect=%{d}",
    ],
)
def test_a_loop_ends_at_the_limit(record: str) -> None:
    found = judge(record)
    assert (found.result, found.lookups) == ("permerror", 10)


@pytest.mark.parametrize(
    ("terms", "result", "voids"),
    [
        ("a:x.test a:y.test +all", "pass", 2),
        ("a:x.test a:y.test a:z.test +all", "permerror", 2),
        ("a:x.test a:x.test a:x.test +all", "permerror", 2),
        ("a:x.test mx:y.test exists:z.test +all", "permerror", 2),
        ("a:x.test mx:y.test ptr +all", "permerror", 2),
        ("a:x.test mx:y.test include:z.test +all", "permerror", 2),
        ("a:x.test mx:y.test exp=z.test -all", "fail", 2),
        ("a:%{h} a:%{h} a:%{h} +all", "pass", 0),
        ("mx:dead.test +all", "pass", 1),
        ("mx:dead.test mx:dead.test +all", "pass", 2),
    ],
)
def test_two_terms_may_find_nothing(terms: str, result: str, voids: int) -> None:
    zones = {"dead.test": {"MX": ["1 a.dead.test.", "2 b.dead.test.", "3 c.dead.test."]}}
    found = judge(f"v=spf1 {terms}", zones, helo="nodots")
    assert (found.result, found.void_lookups) == (result, voids)


def test_a_name_without_the_right_type_is_void_too() -> None:
    found = judge("v=spf1 a +all", {"example.com": {"A": [CLIENT]}}, ip=CLIENT6)
    assert found.void_lookups == 1


def hosts(count: int) -> dict[str, Any]:
    zones: dict[str, Any] = {
        f"mx{at}.example.com": {"A": [f"198.51.100.{at}"]} for at in range(count)
    }
    zones["example.com"] = {"MX": [f"{at} mx{at}.example.com." for at in range(count)]}
    return zones


def test_ten_mail_hosts_are_allowed_and_an_eleventh_is_an_error() -> None:
    assert result_of("v=spf1 mx -all", hosts(10), ip="198.51.100.9") == "pass"
    assert result_of("v=spf1 mx -all", hosts(11), ip="198.51.100.0") == "permerror"


def test_addresses_of_one_name_are_not_limited() -> None:
    zones = {"example.com": {"A": [f"192.0.2.{at}" for at in range(10, 60)]}}
    assert result_of("v=spf1 a -all", zones, ip="192.0.2.59") == "pass"


def test_only_the_first_ten_reverse_names_are_looked_at() -> None:
    names = [f"n{at}.example.com." for at in range(12)]
    zones: dict[str, Any] = {name[:-1]: {"A": ["192.0.2.99"]} for name in names}
    zones[REVERSE] = {"PTR": names}
    assert result_of("v=spf1 ptr -all", zones | {"n9.example.com": {"A": [CLIENT]}}) == "pass"
    assert result_of("v=spf1 ptr -all", zones | {"n10.example.com": {"A": [CLIENT]}}) == "fail"


def test_time_runs_out_as_a_temporary_error() -> None:
    ticks = iter(range(0, 1000, 7))
    found = judge("v=spf1 a a:mx.example.com a mx -all", OTHER, clock=lambda: float(next(ticks)))
    assert found.result == "temperror"
    assert "20 seconds" in found.reason


def test_limits_can_be_set() -> None:
    assert result_of("v=spf1 a a +all", OTHER, limits=Limits(lookups=1)) == "permerror"
    assert result_of("v=spf1 a:x.test +all", limits=Limits(void_lookups=0)) == "permerror"


def test_a_question_is_asked_once_in_one_evaluation() -> None:
    found = judge("v=spf1 a a a -all", OTHER)
    assert found.trace is not None
    first, second, third, _ = found.trace.children
    assert first.queries[0] is second.queries[0] is third.queries[0]
