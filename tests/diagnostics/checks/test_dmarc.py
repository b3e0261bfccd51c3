"""DMARC: the record, the tree walk, alignment, reports (RFC 9989, RFC 9990)."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.dmarc import aligned, check_dmarc, is_dmarc, judge, read_dmarc, tree_walk
from diagnostics.checks.findings import Finding
from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.zones import ZoneResolver

Published = dict[str, str | list[str] | type[Exception]]


def resolver_of(records: Published, around: dict[str, Any] | None = None) -> ZoneResolver:
    """A resolver in which each domain publishes its DMARC record, and exists."""
    zones: dict[str, Any] = dict(around or {})
    for domain, held in records.items():
        zones[f"_dmarc.{domain}"] = {"TXT": [held] if isinstance(held, str) else held}
        zones.setdefault(domain, {"A": ["192.0.2.1"]})
    return ZoneResolver(zones)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=DMARC1", True),
        ("v=DMARC1; p=none", True),
        ("v = DMARC1 ;p=none", True),
        ("v=dmarc1; p=none", False),
        ("V=DMARC1; p=none", False),
        ("v=DMARC10; p=none", False),
        ("p=none; v=DMARC1", False),
        (" v=DMARC1", False),
        ("v=DMARC1 p=none", False),
    ],
)
def test_a_record_begins_with_its_version(text: str, is_one: bool) -> None:
    assert is_dmarc(text) == is_one


@pytest.mark.parametrize(
    ("rest", "policies"),
    [
        ("p=reject", ("reject", "reject", "reject")),
        ("p=REJECT;", ("reject", "reject", "reject")),
        ("p=reject; sp=none", ("reject", "none", "none")),
        ("p=none; sp=quarantine; np=reject", ("none", "quarantine", "reject")),
        ("p=none; np=reject", ("none", "none", "reject")),
        ("rua=mailto:a@example.com", ("none", "none", "none")),
        ("p=block; sp=reject", ("none", "reject", "reject")),
    ],
)
def test_policies_fall_back_on_each_other(rest: str, policies: tuple[str, ...]) -> None:
    record = read_dmarc(f"v=DMARC1; {rest}")
    found = (record.policy, record.subdomain_policy, record.nonexistent_policy)
    assert found == policies


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("p=block", "none of none, quarantine, reject"),
        ("sp=reject", "p= is missing"),
        ("p=none; p=reject", "p stands twice"),
        ("p=none; aspf=x", "aspf=x"),
        ("p=none; t=yes", "t=yes"),
        ("p=none; psd=1", "psd=1"),
        ("p=none; fo=2", "fo=2"),
        ("p=none; rua=dmarc@example.com", "no mailto"),
        ("p=none; rua=mailto:a@example.com,b@example.com", "'b@example.com'"),
        ("p=none; rua=", "no mailto"),
        ("p=none rua=mailto:a@example.com", "p=none rua"),
        ("p=none, rua", "none, rua"),
        ("p=none; ; t=n", "no name=value"),
        ("p=none; x=\x07", "not allowed"),
    ],
)
def test_faults_are_named(rest: str, words: str) -> None:
    assert any(words in fault for fault in read_dmarc(f"v=DMARC1; {rest}").faults)


@pytest.mark.parametrize(
    "rest",
    [
        "p=none",
        "p=none;",
        "p = none ; rua = mailto:a@example.com , mailto:b@example.net ; fo=1:d:s",
        "p=none; t=y; psd=n; adkim=s; aspf=r; np=reject",
        "p=none; pct=50; rf=afrf; ri=86400",
        "p=none; rua=mailto:a@example.com!10m",
        "p=none; future=tag",
    ],
)
def test_sound_records_have_no_faults(rest: str) -> None:
    assert read_dmarc(f"v=DMARC1; {rest}").faults == ()


def test_report_addresses_are_read() -> None:
    record = read_dmarc("v=DMARC1; p=none; rua=mailto:a%2Cb@Example.com!10m, https://x.test/")
    first, second = record.aggregate
    assert (first.address, first.domain, first.has_size) == ("a,b@example.com", "example.com", True)
    assert second.domain == ""


def walked(domain: str, records: Published) -> tuple[str, list[str]]:
    walk = tree_walk(domain, resolver_of(records))
    return walk.organization, [step.domain for step in walk.steps]


def test_the_walk_goes_up_to_the_root() -> None:
    assert walked("a.mail.example.com", {"example.com": "v=DMARC1; p=none"}) == (
        "example.com",
        ["a.mail.example.com", "mail.example.com", "example.com", "com"],
    )


def test_a_long_name_is_cut_to_seven_labels_after_the_first_question() -> None:
    organization, asked = walked("a.b.c.d.e.f.g.h.i.j.example.com", {})
    assert organization == "a.b.c.d.e.f.g.h.i.j.example.com"
    assert asked[:2] == ["a.b.c.d.e.f.g.h.i.j.example.com", "f.g.h.i.j.example.com"]
    assert (len(asked), asked[-1]) == (8, "com")
    assert walked("a.b.c.d.e.f.g.h", {})[1][1] == "b.c.d.e.f.g.h"


@pytest.mark.parametrize(
    ("domain", "records", "organization"),
    [
        ("mail.example.com", {}, "mail.example.com"),
        ("mail.example.com", {"mail.example.com": "v=DMARC1; p=none"}, "mail.example.com"),
        ("a.b.example.com", {"b.example.com": "v=DMARC1;p=none", "example.com": "v=DMARC1;p=none"},
         "example.com"),
        ("a.b.example.com", {"b.example.com": "v=DMARC1; p=none; psd=n",
                             "example.com": "v=DMARC1; p=none"}, "b.example.com"),
        ("a.example.co.test", {"co.test": "v=DMARC1; p=reject; psd=y"}, "example.co.test"),
        ("a.example.co.test", {"example.co.test": "v=DMARC1; p=none",
                               "co.test": "v=DMARC1; psd=y"}, "example.co.test"),
        ("co.test", {"co.test": "v=DMARC1; p=none; psd=y", "test": "v=DMARC1; p=none"}, "co.test"),
        ("mail.example.com", {"example.com": ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
                              "com": "v=DMARC1; p=reject; psd=y"}, "example.com"),
        ("mail.example.com", {"example.com": "v=spf1 -all"}, "mail.example.com"),
    ],
)  # fmt: skip
def test_the_organizational_domain_is_found(
    domain: str, records: Published, organization: str
) -> None:
    assert walked(domain, records)[0] == organization


@pytest.mark.parametrize(
    ("domain", "records", "policy", "place"),
    [
        ("example.com", {"example.com": "v=DMARC1; p=reject; sp=none"}, "reject", "author"),
        ("a.example.com", {"example.com": "v=DMARC1; p=reject; sp=none"}, "none", "organization"),
        ("gone.example.com", {"example.com": "v=DMARC1; p=none; np=reject"}, "reject",
         "organization"),
        ("a.example.com", {"a.example.com": "v=DMARC1; p=quarantine",
                           "example.com": "v=DMARC1; p=reject"}, "quarantine", "author"),
        ("a.example.com", {"test": "v=DMARC1; p=none"}, None, None),
        ("a.example.co.test", {"co.test": "v=DMARC1; p=none; sp=reject; psd=y"}, "reject",
         "public suffix"),
        ("x.b.example.com", {"b.example.com": "v=DMARC1; p=reject",
                             "example.com": "v=DMARC1; p=quarantine"}, "quarantine",
         "organization"),
    ],
)  # fmt: skip
def test_the_policy_that_applies_is_found(
    domain: str, records: Published, policy: str | None, place: str | None
) -> None:
    around = {} if domain.startswith("gone") else {domain: {"A": ["192.0.2.1"]}}
    judged = judge(domain, resolver_of(records, around))
    if judged.applied is None:
        assert policy is None
    else:
        assert (judged.applied.policy(exists=judged.exists), judged.applied.place) == (
            policy,
            place,
        )


@pytest.mark.parametrize(
    ("author", "authenticated", "strict", "aligns"),
    [
        ("example.com", "example.com", True, True),
        ("example.com", "EXAMPLE.com.", True, True),
        ("example.com", "bounces.example.com", False, True),
        ("example.com", "bounces.example.com", True, False),
        ("news.example.com", "bounces.example.com", False, True),
        ("news.example.com", "example.com", False, True),
        ("example.com", "example.net", False, False),
        ("example.com", "notexample.com", False, False),
        ("example.com", "apart.example.com", False, False),
        ("one.co.test", "two.co.test", False, False),
    ],
)
def test_alignment(author: str, authenticated: str, strict: bool, aligns: bool) -> None:
    resolver = resolver_of(
        {
            "example.com": "v=DMARC1; p=none",
            "apart.example.com": "v=DMARC1; p=none; psd=n",
            "co.test": "v=DMARC1; p=none; psd=y",
        }
    )
    walk = tree_walk(author, resolver)
    assert aligned(authenticated, walk, strict=strict, resolver=resolver) == aligns


def findings_for(
    records: Published, around: dict[str, Any] | None = None, **options: Any
) -> tuple[Finding, ...]:
    return check_dmarc("example.com", resolver_of(records, around), **options)


RUA = "rua=mailto:dmarc@example.com"


@pytest.mark.parametrize(
    ("record", "options", "status", "words"),
    [
        (f"v=DMARC1; p=reject; {RUA}", {}, "ok", "policy for example.com is reject"),
        (f"v=DMARC1; p=none; {RUA}", {}, "info", "policy for example.com is none"),
        (f"v=DMARC1; p=reject; t=y; {RUA}", {}, "info", "in test mode"),
        (f"v=DMARC1; p=reject; sp=none; {RUA}", {}, "warning", "subdomains"),
        (f"v=DMARC1; p=reject; pct=50; {RUA}", {}, "info", "pct is no longer"),
        (f"v=DMARC1; p=reject; zz=1; {RUA}", {}, "info", "zz is not known"),
        ("v=DMARC1; p=reject", {}, "warning", "Nobody gets"),
        ("v=DMARC1; p=block", {}, "problem", "p=block"),
        ([f"v=DMARC1; p=none; {RUA}", "v=DMARC1; p=reject"], {}, "problem", "2 DMARC records"),
        ("v=DMARC1; p=reject; rua=mailto:a@reports.test", {}, "problem", "has not agreed"),
        (dns.resolver.NoNameservers, {}, "could-not-check", "could not be looked up"),
        ("hello", {}, "problem", "No DMARC policy applies"),
        (f"v=DMARC1; p=reject; {RUA}", {"envelope_domains": ["b.example.com"]}, "ok",
         "aligns with"),
        (f"v=DMARC1; p=reject; aspf=s; {RUA}", {"envelope_domains": ["b.example.com"]}, "problem",
         "does not align"),
        (f"v=DMARC1; p=reject; {RUA}", {"envelope_domains": ["esp.test"]}, "problem",
         "does not align"),
        (f"v=DMARC1; p=reject; {RUA}",
         {"envelope_domains": ["esp.test"], "dkim_domains": ["example.com"]}, "info",
         "does not align"),
        (f"v=DMARC1; p=reject; {RUA}",
         {"envelope_domains": ["example.com"], "dkim_domains": ["esp.test"]}, "warning",
         "No DKIM signature aligns"),
    ],
)  # fmt: skip
def test_the_check_finds(record: Any, options: dict[str, Any], status: str, words: str) -> None:
    found = findings_for({"example.com": record}, **options)
    assert [one.status for one in found if words in one.title] == [status], found


def test_a_missing_policy_ends_in_the_record_to_publish() -> None:
    found = findings_for({}, {"example.com": {"A": ["192.0.2.1"]}}, report_to="d@example.com")
    assert found[0].record == '_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:d@example.com"'


def test_a_broken_record_ends_in_its_correction() -> None:
    found = findings_for({"example.com": f"v=DMARC1; p=rejct; aspf=s; pct=5; {RUA}"})
    assert found[0].record == f'_dmarc.example.com. TXT "v=DMARC1; p=none; aspf=s; {RUA}"'


def test_another_domain_must_agree_to_take_reports() -> None:
    record = "v=DMARC1; p=reject; rua=mailto:a@reports.test"
    refused = findings_for({"example.com": record})
    asked = next(one for one in refused if "has not agreed" in one.title)
    assert asked.record == 'example.com._report._dmarc.reports.test. TXT "v=DMARC1"'

    agreed = {"example.com._report._dmarc.reports.test": {"TXT": ["v=DMARC1;"]}}
    assert not [
        one for one in findings_for({"example.com": record}, agreed) if "agreed" in one.title
    ]

    unknown = {"example.com._report._dmarc.reports.test": {"TXT": dns.resolver.LifetimeTimeout}}
    found = findings_for({"example.com": record}, unknown)
    assert [one.status for one in found if "reports.test takes" in one.title] == ["could-not-check"]


def test_reports_within_the_organization_need_no_consent() -> None:
    record = "v=DMARC1; p=reject; rua=mailto:a@reports.example.com"
    assert judge("example.com", resolver_of({"example.com": record})).authorisations == ()


def test_without_a_policy_related_domains_are_said_to_align_once_there_is_one() -> None:
    found = findings_for({}, {"example.com": {}}, envelope_domains=["bounces.example.com"])
    assert [one.status for one in found] == ["problem", "info"]
    assert found[1].action == "Publish the policy at example.com; then they align."


def test_no_domain_is_a_problem() -> None:
    assert check_dmarc("localhost", ZoneResolver({}))[0].status == "problem"


def test_a_real_name_server_tells_policy_and_consent(resolver: BoundedResolver) -> None:
    judged = judge("example.com", resolver, envelope_domains=["example.com"])
    assert judged.applied is not None
    assert judged.applied.record.policy == "reject"
    assert [one.granted for one in judged.authorisations] == [True]
