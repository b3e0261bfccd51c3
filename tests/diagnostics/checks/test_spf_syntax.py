"""What a record may look like; any fault anywhere makes it a permerror (RFC 7208 4.6, 12)."""

from __future__ import annotations

import pytest

from diagnostics.checks.spf import read_record
from tests.diagnostics.checks.spf_cases import result_of

SOUND = [
    "all",
    "ALL",
    "+all ~all ?all",
    "a",
    "A:mail.example.com",
    "a/24",
    "a//64",
    "a/0//0",
    "a/24//64",
    "a:example.com/24//64",
    "a:example.com.",
    "a:example.xn--p1ai",
    "a:example.c0m",
    "a:example.1-2",
    "a:_spf.example.com",
    "a:foo:bar/baz.example.com/24",
    "a:%{d}",
    "a:%{d}/24",
    "a:%{l}.%{d2r}",
    "a:sub%{d}",
    "a:100%%",
    "exists:%{ir}.%{l1r+-}._spf.%{d}",
    "exists:%{i=}.example.com",
    "exists:%{D}.example.com",
    "exists:%{d001}.example.com",
    "exists:%{d99999999999999999999}.example.com",
    "mx",
    "mx:example.com//128",
    "ptr",
    "ptr:example.com",
    "include:example.org",
    "ip4:192.0.2.1",
    "ip4:192.0.2.1/0",
    "ip4:192.0.2.1/9",
    "ip4:192.0.2.1/32",
    "IP6:2001:DB8::1",
    "ip6:::",
    "ip6:::1/0",
    "ip6:2001:db8::/128",
    "ip6:::ffff:192.0.2.1",
    "ip6:64:ff9b::192.0.2.33/96",
    "redirect=example.org",
    "redirect=%{d}.example.org.",
    "exp=why.example.com",
    "EXP=why.example.com",
    "unknown=",
    "unknown=a:b/c%{d}%%",
    "a-1_b.c=anything",
    "a=not-the-mechanism",
    "all=x",
    "foo=1 foo=2",
    "x=%{c}%{r}%{t}",
]

BROKEN = [
    "foo",
    "foo:example.com",
    "all:example.com",
    "all/8",
    "all.",
    "-",
    "--all",
    "+-all",
    "al l",
    "all,",
    "a:",
    "a/",
    "a/33",
    "a/024",
    "a//129",
    "a//064",
    "a/24/64",
    "a//64/24",
    "a///64",
    "a/ 24",
    "a/x",
    "a/1000000000000000000000000",
    "a:/24",
    "a:com",
    "a:com.",
    "a:192.0.2.1",
    "a:example.123",
    "a:example.-com",
    "a:example.com-",
    "a:example.c_m",
    "a:example..",
    "a:example.com..",
    "a:example.com:25",
    "a:%{d}com",
    "a:%{d}.",
    "a:%{x}.example.com",
    "a:%{d0}.example.com",
    "a:%{d00}.example.com",
    "a:%{dd}.example.com",
    "a:%{rd}.example.com",
    "a:%{d2x}.example.com",
    "a:%{d.2}.example.com",
    "a:%{d",
    "a:%{}.example.com",
    "a:%.example.com",
    "a:%d.example.com",
    "a:%(d).example.com",
    "a:example.com%",
    "a:%{c}.example.com",
    "a:%{R}.example.com",
    "exists:%{t}.example.com",
    "include",
    "include:",
    "include:com",
    "include:example.org/24",
    "include=example.org/ include",
    "exists",
    "exists:",
    "exists:example.com/24",
    "mx:",
    "mx/33",
    "mx:example",
    "ptr:",
    "ptr/24",
    "ptr:example.com/24",
    "ptr.example.com",
    "ip4",
    "ip4:",
    "ip4:192.0.2",
    "ip4:192.0.2.1.",
    "ip4:192.0.2.256",
    "ip4:192.0.2.01",
    "ip4:192.0.2.1/33",
    "ip4:192.0.2.1/032",
    "ip4:192.0.2.1/00",
    "ip4:192.0.2.1/",
    "ip4:192.0.2.1//24",
    "ip4:192.0.2.1:25",
    "ip4:2001:db8::1",
    "ip4:example.com",
    "ip4/24",
    "ip6",
    "ip6:",
    "ip6:192.0.2.1",
    "ip6:2001:db8::1/129",
    "ip6:2001:db8::1//64",
    "ip6:2001:db8::g",
    "ip6:2001:db8:::1",
    "ip6:fe80::1%eth0",
    "ip6:::ffff:192.0.2.01",
    "redirect=",
    "redirect=com",
    "redirect=example.org/24",
    "redirect:example.org",
    "redirect=example.org redirect=example.org",
    "redirect=example.org REDIRECT=example.net",
    "exp=",
    "exp=-all",
    "exp=%{r}.example.com",
    "exp=why.example.com exp=why.example.com",
    "exp:why.example.com",
    "-redirect=example.org",
    "unknown=%",
    "unknown=%{z}",
    "1up=foo",
    "=foo",
    "a/b=c",
    "a:b=c",
    "a=b\x07",
    "foo=\x80",
    "all\x7f",
    "a\tmx",
    "all\r\n",
]


@pytest.mark.parametrize("terms", SOUND)
def test_the_grammar_allows(terms: str) -> None:
    assert read_record(f"v=spf1 {terms}").faults == ()


@pytest.mark.parametrize("terms", BROKEN)
def test_the_grammar_refuses(terms: str) -> None:
    assert read_record(f"v=spf1 {terms}").faults


@pytest.mark.parametrize("terms", BROKEN)
def test_a_fault_after_a_match_still_is_a_permerror(terms: str) -> None:
    assert result_of(f"v=spf1 +all {terms}") == "permerror"


@pytest.mark.parametrize(
    ("record", "position", "term"),
    [
        ("v=spf1 foo -all", 7, "foo"),
        ("v=spf1   -foo:x -all", 10, "-foo:x"),
        ("v=spf1 ip4:192.0.2.300 -all", 11, "ip4:192.0.2.300"),
        ("v=spf1 a:mail.example.com/33", 25, "a:mail.example.com/33"),
        ("v=spf1 a:mail.%{x}.com", 14, "a:mail.%{x}.com"),
        ("v=spf1 redirect=a.com redirect=b.com", 22, "redirect=b.com"),
        ("v=spf1 include:%{c}.com", 15, "include:%{c}.com"),
    ],
)
def test_a_fault_says_where_it_is(record: str, position: int, term: str) -> None:
    fault = read_record(record).faults[0]
    assert (fault.position, fault.term) == (position, term)


def test_every_fault_of_a_record_is_listed_in_order() -> None:
    faults = read_record("v=spf1 foo a:com ip4:x -all").faults
    assert [fault.term for fault in faults] == ["foo", "a:com", "ip4:x"]


def test_a_long_run_of_digits_is_refused_quickly() -> None:
    assert read_record("v=spf1 a:" + "1" * 60_000 + " a:b." + "1" * 60_000).faults
