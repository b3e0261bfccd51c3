"""What the advice finds, and that the record it offers works."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.findings import Finding
from diagnostics.checks.spf import SpfAdvice, advise, check_host
from diagnostics.checks.spf.survey import MOST_QUESTIONS, survey
from diagnostics.checks.zones import ZoneResolver

OURS = "203.0.113.25"
PROVIDERS: dict[str, Any] = {
    f"p{at}.test": {"TXT": [f"v=spf1 a:h{at}.p{at}.test ip4:198.51.100.{at}/32 -all"]}
    for at in range(8)
} | {f"h{at}.p{at}.test": {"A": [f"192.0.2.{100 + at}"]} for at in range(8)}


def advice_on(
    record: str | list[str] | None, zones: dict[str, Any] | None = None, **options: Any
) -> SpfAdvice:
    around: dict[str, Any] = dict(zones or {})
    if record is not None:
        texts = [record] if isinstance(record, str) else record
        around["example.com"] = {**around.get("example.com", {}), "TXT": texts}
    return advise("example.com", ZoneResolver(around), **options)


def finding(advice: SpfAdvice, words: str) -> Finding:
    found = [one for one in advice.findings if words in one.title]
    assert found, [one.title for one in advice.findings]
    return found[0]


def test_a_sound_record_is_said_to_be_sound_and_needs_no_other() -> None:
    advice = advice_on("v=spf1 ip4:203.0.113.0/24 -all", sending_ips=[OURS])
    assert [one.status for one in advice.findings] == ["ok", "ok"]
    assert advice.records == ()


@pytest.mark.parametrize(
    ("record", "zones", "status", "words"),
    [
        (None, {}, "problem", "no SPF record"),
        (["v=spf1 -all", "v=spf1 a -all"], {}, "problem", "2 SPF records"),
        ("v=spf1 +all", {}, "problem", "+all"),
        ("v=spf1 all", {}, "problem", "+all"),
        ("v=spf1 ?all", {}, "warning", "?all"),
        ("v=spf1 ip4:203.0.113.25", {}, "warning", "no `all`"),
        ("v=spf1 ptr -all", {}, "warning", "ptr"),
        ("v=spf1 -all a:mail.example.com", {}, "warning", "a:mail.example.com"),
        ("v=spf1 -all redirect=p1.test", {}, "warning", "redirect=p1.test"),
        ("v=spf1 include:gone.test -all", {}, "problem", "include:gone.test leads"),
        ("v=spf1 include:two.test -all", {"two.test": {"TXT": ["v=spf1", "v=spf1"]}}, "problem",
         "several SPF records"),
        ("v=spf1 include:bad.test -all", {"bad.test": {"TXT": ["v=spf1 foo"]}}, "problem",
         "syntax error in 'foo'"),
        ("v=spf1 include:example.com -all", {}, "problem", "leads back"),
        ("v=spf1 redirect=gone.test", {}, "problem", "redirect=gone.test leads"),
        ("v=spf1 include:slow.test -all", {"slow.test": {"TXT": dns.resolver.LifetimeTimeout}},
         "could-not-check", "include:slow.test"),
        ("v=spf1 a:x.test -all", {}, "warning", "a:x.test finds nothing"),
        ("v=spf1 a:x.test a:y.test mx:z.test -all", {}, "problem", "two are allowed"),
        ("v=spf1 ip4:203.0.0.0/8 -all", {}, "warning", "very large network"),
        ("v=spf1 ip6:2001::/16 -all", {}, "warning", "very large network"),
        ("v=spf1 mx -all", {"example.com": {"MX": [f"{at} m{at}.test." for at in range(11)]}},
         "problem", "11 mail hosts"),
        ("v=spf1 " + " ".join(f"include:p{at}.test" for at in range(6)) + " -all", PROVIDERS,
         "problem", "needs 12 DNS lookups"),
        ("v=spf1 a " + " ".join(f"include:p{at}.test" for at in range(4)) + " -all",
         PROVIDERS | {"example.com": {"A": [OURS]}}, "info", "needs 9 of the 10"),
        ("v=spf1 " + " ".join(f"ip4:203.0.113.{at}" for at in range(40)) + " -all", {},
         "warning", "octets long"),
        ("v=spf1 a:192.0.2.1 -all", {}, "problem", "Syntax error at character 18"),
    ],
)  # fmt: skip
def test_the_advice_finds(record: Any, zones: dict[str, Any], status: str, words: str) -> None:
    assert finding(advice_on(record, zones), words).status == status


def test_a_dead_resolver_is_neither_a_pass_nor_a_fail() -> None:
    zones = {"example.com": {"TXT": dns.resolver.NoNameservers}}
    advice = advice_on(None, zones, sending_ips=[OURS])
    assert {one.status for one in advice.findings} == {"could-not-check"}
    assert advice.records == ()


def test_lookups_are_shown_by_the_term_that_costs_them() -> None:
    includes = " ".join(f"include:p{at}.test" for at in range(6))
    problem = finding(advice_on(f"v=spf1 a {includes} -all", PROVIDERS), "DNS lookups;")
    assert problem.evidence[1].answer.splitlines()[:2] == ["a: 1", "include:p0.test: 2"]


def test_the_header_from_is_said_to_play_no_part() -> None:
    advice = advice_on("v=spf1 -all", header_from="brand.test")
    assert "not for brand.test" in finding(advice, "envelope sender's domain").title
    same = advice_on("v=spf1 -all", header_from="example.com")
    assert not [one for one in same.findings if "envelope" in one.title]


def test_no_domain_is_a_problem_of_its_own() -> None:
    assert advise("localhost", ZoneResolver({})).findings[0].status == "problem"


@pytest.mark.parametrize(
    ("term", "mended"),
    [
        ("a:192.0.2.1", "ip4:192.0.2.1"),
        ("ipv4:192.0.2.1", "ip4:192.0.2.1"),
        ("ip:192.0.2.1", "ip4:192.0.2.1"),
        ("192.0.2.1/24", "ip4:192.0.2.1/24"),
        ("ip4:2001:db8::1", "ip6:2001:db8::1"),
        ("ip6:192.0.2.1", "ip4:192.0.2.1"),
        ("ip4=192.0.2.1", None),
        ("ip4:192.0.2.1,", "ip4:192.0.2.1"),
        ("redirect:p1.test", "redirect=p1.test"),
        ("host:mail.example.com", "a:mail.example.com"),
        ("--all", "-all"),
        ("-all.", "-all"),
        ("-all;", "-all"),
    ],
)
def test_slips_are_recognised(term: str, mended: str | None) -> None:
    advice = advice_on(f"v=spf1 {term}")
    faults = [one for one in advice.findings if one.title.startswith("Syntax error")]
    assert [one.action for one in faults] == ([f"Write {mended} instead."] if mended else [])


RESCUES: list[tuple[Any, dict[str, Any], list[str]]] = [
    (None, {}, [OURS]),
    (None, {}, ["2001:db8:25::1", OURS, "203.0.113.24"]),
    ("v=spf1 -all", {}, [OURS]),
    ("v=spf1 ptr include:gone.test +all", {}, [OURS]),
    ("v=spf1 a:x.test a:y.test a:z.test ?all", {}, [OURS]),
    (["v=spf1 ip4:192.0.2.1 -all", "v=spf1 ip4:192.0.2.2 -all"], {}, [OURS, "192.0.2.2"]),
    ("v=spf1 redirect=gone.test", {}, [OURS]),
    ("v=spf1 redirect=p1.test", PROVIDERS, [OURS, "198.51.100.1"]),
    ("v=spf1 a:192.0.2.1, foo -all", {}, [OURS, "192.0.2.1"]),
    (
        "v=spf1 " + " ".join(f"include:p{at}.test" for at in range(8)) + " -all",
        PROVIDERS,
        [OURS, "198.51.100.7", "192.0.2.107"],
    ),
    (
        "v=spf1 " + " ".join(f"ip4:203.0.{at}.1" for at in range(60)) + " ?all",
        {},
        [OURS, "203.0.59.1"],
    ),
]


@pytest.mark.parametrize(("record", "zones", "ips"), RESCUES)
def test_what_is_offered_makes_the_sending_addresses_pass(
    record: Any, zones: dict[str, Any], ips: list[str]
) -> None:
    advice = advice_on(record, zones, sending_ips=ips)
    assert advice.records
    published = {one.name: {"TXT": [one.value]} for one in advice.records}
    resolver = ZoneResolver({**zones, **published})
    for ip in ips:
        found = check_host(ip, "bounces@example.com", "mail.example.com", resolver)
        assert (found.result, found.lookups <= 10) == ("pass", True), found.reason
    assert check_host("100.64.0.1", "x@example.com", "x.test", resolver).result in (
        "fail",
        "softfail",
    )
    assert all(len(one.value) <= 450 for one in advice.records)
    assert finding(advice, "what to publish").record.startswith('example.com. TXT "v=spf1')


def test_what_still_works_of_the_old_record_is_kept() -> None:
    advice = advice_on("v=spf1 ptr include:p1.test -all", PROVIDERS, sending_ips=[OURS])
    assert advice.records[0].value == f"v=spf1 ip4:{OURS} include:p1.test -all"


def test_neighbouring_addresses_become_one_network() -> None:
    advice = advice_on(None, sending_ips=["203.0.113.24", "203.0.113.25"])
    assert advice.records[0].value == "v=spf1 ip4:203.0.113.24/31 ~all"


def test_nothing_is_offered_that_would_not_work() -> None:
    exists = {
        f"p{at}.test": {"TXT": ["v=spf1 exists:%{i}.a.test exists:%{i}.b.test -all"]}
        for at in range(4)
    }
    record = "v=spf1 " + " ".join(f"include:p{at}.test" for at in range(4)) + " -all"
    assert advice_on(record, exists, sending_ips=[]).records == ()


def test_a_survey_of_a_hostile_record_ends() -> None:
    asked = []

    class Endless:
        def resolve(self, qname: Any, rdtype: Any) -> Any:
            asked.append(qname)
            labels = str(qname).split(".")[-3:]
            text = " ".join(f"include:x{len(asked)}-{at}.{'.'.join(labels)}" for at in range(30))
            return ZoneResolver({"x.test": {"TXT": [f"v=spf1 {text} -all"]}}).resolve(
                "x.test", "TXT"
            )

    survey("evil.test", Endless())
    assert len(asked) <= MOST_QUESTIONS
