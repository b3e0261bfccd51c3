"""`redirect=`, `exp=` and unknown modifiers (RFC 7208 6)."""

from __future__ import annotations

from typing import Any

import dns.resolver
import pytest

from tests.diagnostics.checks.spf_cases import CLIENT, judge, result_of

ELSEWHERE = "example.net"


@pytest.mark.parametrize(
    ("terms", "elsewhere", "result"),
    [
        ("redirect=example.net", "v=spf1 -all", "fail"),
        ("redirect=example.net", "v=spf1 ?all", "neutral"),
        ("redirect=example.net", "v=spf1", "neutral"),
        ("redirect=example.net ip4:192.0.2.10", "v=spf1 -all", "pass"),
        ("ip4:192.0.2.99 redirect=example.net", "v=spf1 -all", "fail"),
        ("redirect=example.net ?all", "v=spf1 -all", "neutral"),
        ("redirect=gone.example.net ~all", "v=spf1 -all", "softfail"),
        ("redirect=example.net", "no policy", "permerror"),
        ("redirect=gone.example.net", "v=spf1 -all", "permerror"),
        ("redirect=a..example.net", "v=spf1 -all", "permerror"),
        ("redirect=%{h}", "v=spf1 -all", "permerror"),
        ("redirect=example.net", "v=spf1 foo", "permerror"),
        ("redirect=%{d}", "", "permerror"),
        ("unknown=%{d} -all", "", "fail"),
        ("default=pass", "", "neutral"),
    ],
)
def test_redirect_gives_the_other_record_the_word(terms: str, elsewhere: str, result: str) -> None:
    zones = {ELSEWHERE: {"TXT": [elsewhere]}}
    assert result_of(f"v=spf1 {terms}", zones, helo="nodots") == result


def test_a_redirect_that_cannot_be_looked_up_is_a_temporary_error() -> None:
    zones = {ELSEWHERE: {"TXT": dns.resolver.LifetimeTimeout}}
    assert result_of("v=spf1 redirect=example.net", zones) == "temperror"


def test_after_redirect_the_domain_is_the_target() -> None:
    zones = {ELSEWHERE: {"TXT": ["v=spf1 a:mail.%{d} -all"]}, "mail.example.net": {"A": [CLIENT]}}
    assert result_of("v=spf1 redirect=example.net", zones) == "pass"


WHY = "why.example.com"


@pytest.mark.parametrize(
    ("texts", "explanation"),
    [
        (["Go away."], "Go away."),
        ([["Go ", "away."]], "Go away."),
        (["%{i} is not %{d}'s, said %{r}"], "192.0.2.10 is not example.com's, said mx.example.org"),
        (
            ["see http://example.com/?s=%{S}&t=%{t}"],
            "see http://example.com/?s=someone%40example.com&t=1790000000",
        ),
        (["100%% of%_this%-"], "100% of this%20"),
        (["%{c}"], CLIENT),
        (["Go", "away"], ""),
        ([], ""),
        ([b"Geh weg, b\xc3\xb6ser Wicht"], ""),
        (["tab\there"], ""),
        (["%{x}"], ""),
        (["100%"], ""),
        (["x" * 5000], ""),
        (dns.resolver.LifetimeTimeout, ""),
    ],
)
def test_the_owner_explains_a_fail(texts: Any, explanation: str) -> None:
    found = judge(
        f"v=spf1 -all exp={WHY}",
        {WHY: {"TXT": texts}},
        receiver="mx.example.org",
        now=1_790_000_000.5,
    )
    assert (found.result, found.explanation) == ("fail", explanation)


@pytest.mark.parametrize("terms", ["+all", "~all", "?all", "ip4:192.0.2.10 -all"])
def test_only_a_fail_is_explained(terms: str) -> None:
    assert judge(f"v=spf1 {terms} exp={WHY}", {WHY: {"TXT": ["no"]}}).explanation == ""


@pytest.mark.parametrize("spec", ["gone.example.com", "a..example.com", "%{h}"])
def test_an_explanation_that_is_not_there_changes_nothing(spec: str) -> None:
    found = judge(f"v=spf1 -all exp={spec}", helo="nodots")
    assert (found.result, found.explanation, found.void_lookups) == ("fail", "", 0)


def test_the_explanation_of_a_redirect_is_the_targets() -> None:
    zones = {
        ELSEWHERE: {"TXT": ["v=spf1 -all exp=why.%{d}"]},
        "why.example.net": {"TXT": ["theirs, %{d}"]},
        WHY: {"TXT": ["ours"]},
    }
    assert judge(f"v=spf1 exp={WHY} redirect=example.net", zones).explanation == (
        "theirs, example.net"
    )


def test_a_redirect_to_a_record_without_explanation_has_none() -> None:
    zones = {ELSEWHERE: {"TXT": ["v=spf1 -all"]}, WHY: {"TXT": ["ours"]}}
    assert judge(f"v=spf1 exp={WHY} redirect=example.net", zones).explanation == ""


def test_the_explanation_of_an_include_is_never_used() -> None:
    zones = {
        ELSEWHERE: {"TXT": ["v=spf1 -all exp=why.example.net"]},
        "why.example.net": {"TXT": ["theirs"]},
        WHY: {"TXT": ["ours"]},
    }
    assert judge(f"v=spf1 include:example.net -all exp={WHY}", zones).explanation == "ours"
    assert judge("v=spf1 -include:example.net -all", zones).explanation == ""
