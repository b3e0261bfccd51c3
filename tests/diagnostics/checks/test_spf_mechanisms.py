"""What each mechanism matches (RFC 7208 5)."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from tests.diagnostics.checks.spf_cases import CLIENT, CLIENT6, result_of

TIMEOUT = dns.resolver.LifetimeTimeout
SERVFAIL = dns.resolver.NoNameservers
REVERSE = "10.2.0.192.in-addr.arpa"
REVERSE6 = "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

# Each row: the terms, the zones around, the client, the result.
Row = tuple[str, dict[str, Any], str, str]

NETWORKS: list[Row] = [
    ("ip4:192.0.2.10 -all", {}, CLIENT, "pass"),
    ("ip4:192.0.2.11 -all", {}, CLIENT, "fail"),
    ("ip4:192.0.2.255/24 -all", {}, CLIENT, "pass"),
    ("ip4:192.0.2.0/29 -all", {}, CLIENT, "fail"),
    ("ip4:198.51.100.1/0 -all", {}, CLIENT, "pass"),
    ("ip4:0.0.0.0/0 -all", {}, CLIENT6, "fail"),
    ("ip4:192.0.2.10 -all", {}, "::ffff:192.0.2.10", "pass"),
    ("ip6:::ffff:192.0.2.10 -all", {}, "::ffff:192.0.2.10", "fail"),
    ("ip6:::/0 -all", {}, CLIENT, "fail"),
    ("ip6:2001:db8::10 -all", {}, CLIENT6, "pass"),
    ("ip6:2001:db8:0:0:ffff::/64 -all", {}, CLIENT6, "pass"),
    ("ip6:2001:db8:0:1::/64 -all", {}, CLIENT6, "fail"),
    ("-ip4:192.0.2.10 +all", {}, CLIENT, "fail"),
    ("~ip4:192.0.2.10 +all", {}, CLIENT, "softfail"),
    ("?ip4:192.0.2.10 +all", {}, CLIENT, "neutral"),
]

ADDRESSES: list[Row] = [
    ("a -all", {"example.com": {"A": ["192.0.2.9", "192.0.2.10"]}}, CLIENT, "pass"),
    ("a -all", {"example.com": {"A": ["192.0.2.9"]}}, CLIENT, "fail"),
    ("a/24 -all", {"example.com": {"A": ["192.0.2.9"]}}, CLIENT, "pass"),
    ("a//24 -all", {"example.com": {"A": ["192.0.2.9"]}}, CLIENT, "fail"),
    ("a//64 -all", {"example.com": {"AAAA": ["2001:db8::1"]}}, CLIENT6, "pass"),
    ("a/24 -all", {"example.com": {"AAAA": ["2001:db8::1"]}}, CLIENT6, "fail"),
    ("a/0 -all", {"example.com": {"AAAA": ["2001:db8::1"]}}, CLIENT, "fail"),
    ("a/0 -all", {"example.com": {"A": []}}, CLIENT, "fail"),
    ("a:mail.example.com -all", {"mail.example.com": {"A": [CLIENT]}}, CLIENT, "pass"),
    ("a:mail.example.com. -all", {"mail.example.com": {"A": [CLIENT]}}, CLIENT, "pass"),
    ("a:nothing.example.com ?all", {}, CLIENT, "neutral"),
    ("a:mail.example.com -all", {"mail.example.com": {"A": TIMEOUT}}, CLIENT, "temperror"),
    ("a:mail.example.com -all", {"mail.example.com": {"A": SERVFAIL}}, CLIENT, "temperror"),
    ("+all a:mail.example.com", {"mail.example.com": {"A": SERVFAIL}}, CLIENT, "pass"),
    (f"a:{'x' * 64}.example.com -all", {}, CLIENT, "fail"),
    ("a:a..example.com -all", {}, CLIENT, "fail"),
]

MAIL_HOSTS: list[Row] = [
    (
        "mx -all",
        {"example.com": {"MX": ["10 mx.example.com."]}, "mx.example.com": {"A": [CLIENT]}},
        CLIENT,
        "pass",
    ),
    (
        "mx:example.net/24 -all",
        {"example.net": {"MX": ["10 mx.example.com."]}, "mx.example.com": {"A": ["192.0.2.1"]}},
        CLIENT,
        "pass",
    ),
    (
        "mx -all",
        {"example.com": {"MX": ["10 mx.example.com."]}, "mx.example.com": {"AAAA": [CLIENT6]}},
        CLIENT6,
        "pass",
    ),
    ("mx -all", {"example.com": {"MX": [], "A": [CLIENT]}}, CLIENT, "fail"),
    ("mx ?all", {"example.com": {"MX": ["0 ."]}}, CLIENT, "neutral"),
    ("mx -all", {"example.com": {"MX": TIMEOUT}}, CLIENT, "temperror"),
    (
        "mx -all",
        {
            "example.com": {"MX": ["1 a.example.com.", "2 b.example.com."]},
            "a.example.com": {"A": SERVFAIL},
            "b.example.com": {"A": [CLIENT]},
        },
        CLIENT,
        "temperror",
    ),
    ("mx/0 -all", {"example.com": {"MX": ["10 gone.example.com."]}}, CLIENT, "fail"),
]

REVERSES: list[Row] = [
    (
        "ptr -all",
        {REVERSE: {"PTR": ["mail.example.com."]}, "mail.example.com": {"A": [CLIENT]}},
        CLIENT,
        "pass",
    ),
    (
        "ptr -all",
        {REVERSE: {"PTR": ["MAIL.Example.COM."]}, "mail.example.com": {"A": [CLIENT]}},
        CLIENT,
        "pass",
    ),
    (
        "ptr -all",
        {REVERSE: {"PTR": ["example.com."]}, "example.com": {"A": [CLIENT]}},
        CLIENT,
        "pass",
    ),
    (
        "ptr -all",
        {REVERSE6: {"PTR": ["mail.example.com."]}, "mail.example.com": {"AAAA": [CLIENT6]}},
        CLIENT6,
        "pass",
    ),
    (
        "ptr:example.net -all",
        {REVERSE: {"PTR": ["mail.example.com."]}, "mail.example.com": {"A": [CLIENT]}},
        CLIENT,
        "fail",
    ),
    (
        "ptr -all",
        {REVERSE: {"PTR": ["notexample.com."]}, "notexample.com": {"A": [CLIENT]}},
        CLIENT,
        "fail",
    ),
    (
        "ptr -all",
        {REVERSE: {"PTR": ["mail.example.com."]}, "mail.example.com": {"A": ["192.0.2.99"]}},
        CLIENT,
        "fail",
    ),
    ("ptr -all", {REVERSE: {"PTR": TIMEOUT}}, CLIENT, "fail"),
    (
        "ptr -all",
        {
            REVERSE: {"PTR": ["a.example.com.", "b.example.com."]},
            "a.example.com": {"A": SERVFAIL},
            "b.example.com": {"A": [CLIENT]},
        },
        CLIENT,
        "pass",
    ),
    ("ptr -all", {}, CLIENT, "fail"),
]

EXISTS: list[Row] = [
    (
        "exists:%{i}.ok.example.com -all",
        {"192.0.2.10.ok.example.com": {"A": ["127.0.0.2"]}},
        CLIENT,
        "pass",
    ),
    ("exists:ok.example.com -all", {"ok.example.com": {"A": ["127.0.0.2"]}}, CLIENT6, "pass"),
    ("exists:ok.example.com -all", {"ok.example.com": {"AAAA": [CLIENT6]}}, CLIENT6, "fail"),
    ("exists:ok.example.com -all", {}, CLIENT, "fail"),
    ("exists:ok.example.com -all", {"ok.example.com": {"A": SERVFAIL}}, CLIENT, "temperror"),
    ("exists:%{h} -all", {}, CLIENT, "fail"),
]


def included(text: str | type[Exception] | None) -> dict[str, Any]:
    if text is None:
        return {}
    return {"example.net": {"TXT": [text] if isinstance(text, str) else text}}


# RFC 7208 5.2, the table of what the included record's result becomes.
INCLUDES: list[Row] = [
    ("include:example.net -all", included("v=spf1 +all"), CLIENT, "pass"),
    ("~include:example.net -all", included("v=spf1 +all"), CLIENT, "softfail"),
    ("include:example.net ?all", included("v=spf1 -all"), CLIENT, "neutral"),
    ("include:example.net ?all", included("v=spf1 ~all"), CLIENT, "neutral"),
    ("include:example.net ?all", included("v=spf1 ?all"), CLIENT, "neutral"),
    ("include:example.net -all", included("v=spf1"), CLIENT, "fail"),
    ("include:example.net +all", included(TIMEOUT), CLIENT, "temperror"),
    ("include:example.net +all", included("v=spf1 foo"), CLIENT, "permerror"),
    ("include:example.net +all", included(None), CLIENT, "permerror"),
    ("include:example.net +all", included("hello"), CLIENT, "permerror"),
    ("include:%{h} +all", {}, CLIENT, "permerror"),
    ("include:a..example.net +all", {}, CLIENT, "permerror"),
]


@pytest.mark.parametrize(
    ("terms", "zones", "ip", "result"),
    NETWORKS + ADDRESSES + MAIL_HOSTS + REVERSES + EXISTS + INCLUDES,
)
def test_terms_match(terms: str, zones: dict[str, Any], ip: str, result: str) -> None:
    assert result_of(f"v=spf1 {terms}", zones, ip=ip, helo="nodots") == result


def test_terms_are_tried_from_left_to_right() -> None:
    assert result_of("v=spf1 ?all -all") == "neutral"


def test_no_match_at_all_is_neutral() -> None:
    assert result_of("v=spf1 ip4:198.51.100.1") == "neutral"


def test_an_included_record_speaks_of_its_own_domain() -> None:
    zones = {
        "example.net": {"TXT": ["v=spf1 a -all"], "A": [CLIENT]},
        "example.com": {"A": ["192.0.2.99"]},
    }
    assert result_of("v=spf1 include:example.net -all", zones) == "pass"


def test_an_include_does_not_follow_into_the_including_record() -> None:
    zones = {
        "example.net": {"TXT": ["v=spf1 redirect=example.org"]},
        "example.org": {"TXT": ["v=spf1 +all"]},
    }
    assert result_of("v=spf1 include:example.net -all", zones) == "pass"
