"""Which domain is asked, and which of its records counts (RFC 7208 4.3 to 4.5)."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from diagnostics.checks.spf import check_host
from diagnostics.checks.zones import ZoneResolver
from tests.diagnostics.checks.spf_cases import CLIENT, HELO, SENDER, judge, result_of

LABEL_63 = "a" * 63
NO_POLICY_DOMAINS = [
    "com",
    "localhost",
    "example..com",
    ".example.com",
    "example.com..",
    f"{LABEL_63}a.example.com",
    ".".join(["abcdefghi"] * 26),
    "[192.0.2.10]",
    "exam ple.com",
    "exam\tple.com",
    "",
]


@pytest.mark.parametrize("domain", NO_POLICY_DOMAINS)
def test_a_malformed_domain_has_no_policy(domain: str) -> None:
    assert result_of("v=spf1 -all", sender=f"someone@{domain}", helo="nobody") == "none"


@pytest.mark.parametrize(
    "domain",
    ["example.com", "EXAMPLE.com", "example.com."],
)
def test_a_well_formed_domain_is_asked(domain: str) -> None:
    assert result_of("v=spf1 -all", sender=f"someone@{domain}") == "fail"


def test_a_label_of_63_octets_is_well_formed() -> None:
    zones = {f"{LABEL_63}.example.com": {"TXT": ["v=spf1 -all"]}}
    assert result_of(None, zones, sender=f"x@{LABEL_63}.example.com") == "fail"


def test_a_name_of_253_characters_is_well_formed() -> None:
    name = ".".join([LABEL_63, LABEL_63, LABEL_63, "a" * 61])
    assert len(name) == 253
    assert result_of(None, {name: {"TXT": ["v=spf1 -all"]}}, sender=f"x@{name}") == "fail"


def test_a_name_in_unicode_is_asked_in_a_labels() -> None:
    zones = {"xn--bcher-kva.example": {"TXT": ["v=spf1 -all"]}}
    assert result_of(None, zones, sender="leser@bücher.example") == "fail"


def test_a_name_that_idna_refuses_has_no_policy() -> None:
    assert result_of(None, sender="x@\u2260\ud800.example") == "none"


@pytest.mark.parametrize("sender", ["", "<>", None])
def test_an_empty_sender_is_judged_by_helo(sender: Any) -> None:
    zones = {HELO: {"TXT": ["v=spf1 -all exp=why.example.com"]}, "why.example.com": {"TXT": "%{s}"}}
    found = judge(None, {**zones, "why.example.com": {"TXT": ["%{s}"]}}, sender=sender)
    assert (found.result, found.explanation) == ("fail", "postmaster@mail.example.com")


@pytest.mark.parametrize("sender", ["@example.com", "example.com"])
def test_a_sender_without_a_local_part_is_postmaster(sender: str) -> None:
    zones = {"why.example.com": {"TXT": ["%{l}"]}}
    assert (
        judge("v=spf1 -all exp=why.example.com", zones, sender=sender).explanation == "postmaster"
    )


def test_the_domain_begins_after_the_last_at_sign() -> None:
    assert result_of("v=spf1 -all", sender='"a@b"@example.com') == "fail"


def test_no_ip_address_is_no_evaluation() -> None:
    assert result_of("v=spf1 +all", ip="not an address") == "none"


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        ([], "none"),
        (["something else"], "none"),
        (["v=spf10 -all"], "none"),
        (["v=spf1-all"], "none"),
        (["v=spf1\t-all"], "none"),
        ([" v=spf1 -all"], "none"),
        (["v=spf1"], "neutral"),
        (["v=spf1 "], "neutral"),
        (["V=SpF1 -all"], "fail"),
        (["v=spf1 -all   "], "fail"),
        (["v=spf1    -all"], "fail"),
        (["v=spf1 -all", "hello", "v=spf2.0/pra +all"], "fail"),
        (["v=spf1 -all", "v=spf1 -all "], "permerror"),
        (["v=spf1 -all", "v=spf1"], "permerror"),
        (["v=spf1 -all", b"v=spf1\xa0+all"], "fail"),
        ([["v=spf1 ip4:192.0", ".2.10 -all"]], "pass"),
        ([["v=spf1", "ip4:192.0.2.10"]], "none"),
        ([["v=spf1 -all", ""]], "fail"),
        ([b""], "none"),
    ],
)
def test_exactly_one_record_counts(texts: list[object], result: str) -> None:
    assert result_of(None, {"example.com": {"TXT": texts}}) == result


def test_octets_outside_the_record_do_not_matter() -> None:
    zones = {"example.com": {"TXT": ["v=spf1 -all", b"\xff\xfe\x00"]}}
    assert result_of(None, zones) == "fail"


def test_a_name_that_does_not_exist_has_no_policy() -> None:
    assert result_of(None) == "none"


@pytest.mark.parametrize(
    "fault",
    [
        dns.resolver.LifetimeTimeout,
        dns.resolver.NoNameservers,
        dns.resolver.YXDOMAIN,
        dns.exception.FormError,
    ],
)
def test_a_lookup_that_fails_is_a_temporary_error(fault: type[Exception]) -> None:
    assert result_of(None, {"example.com": {"TXT": fault}}) == "temperror"


def test_a_resolver_whose_socket_breaks_is_a_temporary_error() -> None:
    class Broken:
        def resolve(self, qname: object, rdtype: object) -> list[object]:
            raise OSError("no route")

    assert check_host(CLIENT, SENDER, HELO, Broken()).result == "temperror"


def test_the_old_spf_record_type_is_never_asked() -> None:
    asked = []

    class Listening(ZoneResolver):
        def resolve(self, qname: object, rdtype: object) -> object:
            asked.append(rdtype)
            return super().resolve(qname, rdtype)

    check_host(CLIENT, SENDER, HELO, Listening({"example.com": {"TXT": ["v=spf1 a mx -all"]}}))
    assert set(asked) == {"TXT", "A", "MX"}
