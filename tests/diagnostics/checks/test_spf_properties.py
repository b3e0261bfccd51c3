"""What holds for any record, any zone and any client."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.resolver
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.checks.spf import Trace, check_host, read_record
from diagnostics.checks.spf.macros import MacroError, read_macro_string
from diagnostics.checks.zones import ZoneResolver

NAMES = ["example.com", "a.test", "b.test", "c.test", "10.2.0.192.in-addr.arpa"]
DOMAINS = st.sampled_from([*NAMES, "%{d}", "%{l}.a.test", "%{p}", "%{ir}.%{v}.arpa", "x..y", ""])
TERMS = st.one_of(
    st.sampled_from(["all", "a", "mx", "ptr", "a/24//64", "mx/0", "ip4:192.0.2.0/24", "ip6:::/0"]),
    st.builds("{}:{}".format, st.sampled_from(["a", "mx", "ptr", "include", "exists"]), DOMAINS),
    st.builds("{}={}".format, st.sampled_from(["redirect", "exp", "x"]), DOMAINS),
    st.text(max_size=12),
)
RECORDS = st.lists(st.builds("{}{}".format, st.sampled_from(["", "-", "~", "?"]), TERMS)).map(
    lambda terms: " ".join(["v=spf1", *terms]).encode("latin-1", "replace")
)
FAULTS: list[Any] = [dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers]
TYPES = st.fixed_dictionaries(
    {},
    optional={
        "TXT": st.one_of(
            st.sampled_from(FAULTS),
            st.lists(st.one_of(RECORDS, st.binary(max_size=40)), max_size=2),
        ),
        "A": st.sampled_from([[], ["192.0.2.10"], ["198.51.100.7"], *FAULTS]),
        "AAAA": st.sampled_from([[], ["2001:db8::10"], *FAULTS]),
        "MX": st.sampled_from([[], ["0 ."], ["1 a.test.", "2 b.test."], *FAULTS]),
        "PTR": st.sampled_from([[], ["a.test."], ["b.test.", "example.com."], *FAULTS]),
    },
)
ZONES = st.dictionaries(st.sampled_from(NAMES), TYPES)
CLIENTS = st.one_of(
    st.sampled_from(["192.0.2.10", "2001:db8::10", "::ffff:192.0.2.10", "junk", ""]),
    st.ip_addresses().map(str),
)
SENDERS = st.one_of(
    st.builds("{}@{}".format, st.text(max_size=70), st.sampled_from(NAMES)),
    st.text(max_size=80),
)


def nodes(trace: Trace) -> list[Trace]:
    return [trace, *(node for child in trace.children for node in nodes(child))]


@given(ZONES, CLIENTS, SENDERS, st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_zone_and_no_client_make_it_raise_or_pass_a_limit(
    zones: dict[str, Any], ip: str, sender: str, helo: str
) -> None:
    found = check_host(ip, sender, helo, ZoneResolver(zones), now=0)
    again = check_host(ip, sender, helo, ZoneResolver(zones), now=0)

    assert found == again
    assert 0 <= found.lookups <= 10
    assert 0 <= found.void_lookups <= 2
    if found.trace is not None:
        below = sum(child.lookups for child in found.trace.children)
        assert found.trace.lookups == below == found.lookups
        assert all(
            node.lookups >= sum(child.lookups for child in node.children)
            for node in nodes(found.trace)
        )


@given(st.binary(max_size=300))
def test_any_octets_can_be_read_as_a_record(octets: bytes) -> None:
    text = "v=spf1 " + octets.decode("latin-1")
    record = read_record(text)
    assert all(text.startswith(fault.term, 0) or fault.term in text for fault in record.faults)


@given(st.text(max_size=60))
def test_any_text_is_a_macro_string_or_says_where_it_is_not(text: str) -> None:
    try:
        read = read_macro_string(text, spaces=True)
    except MacroError as error:
        assert 0 <= error.position < len(text)
    else:
        assert isinstance(read.expand(lambda letter: "value.of." + letter), str)
