"""Macros (RFC 7208 7)."""

from __future__ import annotations

from typing import Any

import dns.name
import dns.resolver
import pytest

from tests.diagnostics.checks.spf_cases import CLIENT, CLIENT6, judge, result_of

SENDER = "strong-bad@email.example.com"
NIBBLES = "2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1"


def explained(macro: str, **options: Any) -> str:
    """What `macro` becomes in the explanation of email.example.com."""
    zones = {
        "email.example.com": {"TXT": ["v=spf1 -all exp=why.example.com"]},
        "why.example.com": {"TXT": [macro]},
        **options.pop("zones", {}),
    }
    arguments: dict[str, Any] = {"ip": "192.0.2.3", "sender": SENDER} | options
    return judge(None, zones, **arguments).explanation


# The examples of RFC 7208 7.4 are the first rows.
@pytest.mark.parametrize(
    ("macro", "text"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{D2R}", "example.email"),
        ("%{d127}", "email.example.com"),
        ("%{d002}", "example.com"),
        ("%{d18446744073709551617}", "email.example.com"),
        ("%{h}", "mail.example.com"),
        ("%{h1}%%%_%-", "com% %20"),
        ("%{V}", "in-addr"),
        ("%{c}", "192.0.2.3"),
        ("%{i2r}", "0.192"),
        ("%{p}", "unknown"),
        ("%{r}", "unknown"),
    ],
)
def test_a_macro_becomes(macro: str, text: str) -> None:
    assert explained(macro) == text


@pytest.mark.parametrize(
    ("macro", "text"),
    [
        ("%{i}", NIBBLES),
        ("%{ir}.%{v}.arpa", ".".join(reversed(NIBBLES.split("."))) + ".ip6.arpa"),
        ("%{c}", "2001:db8::cb01"),
        ("%{v}", "ip6"),
        ("%{i2}", "0.1"),
    ],
)
def test_a_macro_of_ipv6_becomes(macro: str, text: str) -> None:
    assert explained(macro, ip="2001:DB8::CB01") == text


@pytest.mark.parametrize(
    ("local", "macro", "text"),
    [
        ("jack&jill=up", "%{L}", "jack%26jill%3Dup"),
        ("a~b-c_d.e", "%{L}", "a~b-c_d.e"),
        ("a b/c", "%{L}", "a%20b%2Fc"),
        ("grüße", "%{L}", "gr%C3%BC%C3%9Fe"),
        ("a+b=c/d_e,f-g.h", "%{l+=/_,.-}", "a.b.c.d.e.f.g.h"),
        ("a+b-c", "%{l1+}", "b-c"),
        ("a++b", "%{l+}", "a..b"),
        ("a+b", "%{L1r+}", "a"),
        ("%{d}", "%{l}", "%{d}"),
    ],
)
def test_a_local_part_becomes(local: str, macro: str, text: str) -> None:
    assert explained(macro, sender=f"{local}@email.example.com") == text


REVERSE = "3.2.0.192.in-addr.arpa"


@pytest.mark.parametrize(
    ("names", "valid", "text"),
    [
        (["a.example.net."], ["a.example.net"], "a.example.net"),
        (["a.example.net."], [], "unknown"),
        (
            ["a.example.net.", "x.email.example.com.", "email.example.com."],
            ["a.example.net", "x.email.example.com", "email.example.com"],
            "email.example.com",
        ),
        (
            ["a.example.net.", "x.email.example.com."],
            ["a.example.net", "x.email.example.com"],
            "x.email.example.com",
        ),
        (["a.example.net.", "x.email.example.com."], ["a.example.net"], "a.example.net"),
        ([f"n{at}.example.net." for at in range(12)], ["n10.example.net"], "unknown"),
        (dns.resolver.LifetimeTimeout, [], "unknown"),
    ],
)
def test_p_is_the_best_validated_name(names: Any, valid: list[str], text: str) -> None:
    zones = {name: {"A": ["192.0.2.3"]} for name in valid}
    kept = zones.get("email.example.com", {}) | {"TXT": ["v=spf1 -all exp=why.example.com"]}
    zones |= {REVERSE: {"PTR": names}, "email.example.com": kept}
    assert explained("%{p}", zones=zones) == text


def test_p_costs_no_lookup_and_no_void_lookup() -> None:
    found = judge("v=spf1 exists:%{p}.example.com exists:%{p}.example.net ?all")
    assert (found.result, found.lookups, found.void_lookups) == ("neutral", 2, 2)


def test_an_expanded_name_loses_labels_on_the_left_until_it_fits() -> None:
    long = ".".join(["abcdefghi"] * 20)
    ends = ".".join(["abcdefghi"] * 5)
    name = f"{long}.{ends}.example.com"
    kept = name
    while len(kept) > 253:
        kept = kept.partition(".")[2]
    assert len(f"first.{name}") > 253
    zones = {kept: {"A": [CLIENT]}}
    assert (
        result_of(
            f"v=spf1 a:%{{l}}.{ends}.example.com -all", zones, sender=f"first.{long}@example.com"
        )
        == "pass"
    )


def test_macros_can_make_names_with_spaces_and_percent_signs() -> None:
    zones = {"a%b\\032c%20d.example.com": {"A": [CLIENT]}, "a%b c%20d.example.com": {"A": [CLIENT]}}
    assert result_of("v=spf1 a:a%%b%_c%-d.example.com -all", zones) == "pass"


@pytest.mark.parametrize("local", ["grüße", "a..b", ".", "x" * 64, "tab\there", "\ud800"])
def test_a_local_part_that_makes_no_name_never_matches(local: str) -> None:
    record = "v=spf1 exists:%{l}.example.com a:%{s}.example.com ?all"
    assert result_of(record, sender=f"{local}@example.com") == "neutral"


def test_a_helo_that_is_no_name_never_matches() -> None:
    for helo in ("JUMPIN' JUPITER", "[192.0.2.10]", "nodots", "", "grüße\ud800"):
        assert result_of("v=spf1 a:%{h} ?all", helo=helo) == "neutral"


def test_a_backslash_reaches_the_dns_as_itself() -> None:
    found = judge("v=spf1 exists:%{l}.example.com ?all", sender="a\\b@example.com")
    assert found.result == "neutral"
    assert found.trace is not None
    name = found.trace.children[0].queries[0].name
    assert dns.name.from_text(name).labels[0] == b"a\\b"


def test_a_macro_of_an_ipv4_mapped_address_is_ipv4s() -> None:
    zones = {"192.0.2.10.in-addr.example.com": {"A": ["127.0.0.1"]}}
    record = "v=spf1 exists:%{i}.%{v}.example.com -all"
    assert result_of(record, zones, ip="::ffff:192.0.2.10") == "pass"
    assert result_of(record, zones, ip=CLIENT6) == "fail"
