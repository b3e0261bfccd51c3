"""No answer of a stranger makes a check raise, whatever it holds."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.checks.blocklists import check_blocklists
from diagnostics.checks.dkim import check_dkim, read_key
from diagnostics.checks.dmarc import check_dmarc, read_dmarc
from diagnostics.checks.fetching import Fetched
from diagnostics.checks.findings import Finding
from diagnostics.checks.mta_sts import check_mta_sts, read_policy
from diagnostics.checks.mx import MailRoute, check_mx
from diagnostics.checks.ptr import check_ptr
from diagnostics.checks.spf import advise
from diagnostics.checks.tags import read_tags
from diagnostics.checks.tls_rpt import check_tls_rpt
from diagnostics.checks.zones import ZoneResolver
from tests.diagnostics.checks.test_spf_properties import FAULTS, TYPES
from tests.diagnostics.checks.test_spf_properties import NAMES as SPF_NAMES

NAMES = [
    *SPF_NAMES,
    "_dmarc.example.com",
    "_dmarc.com",
    "sel._domainkey.example.com",
    "_mta-sts.example.com",
    "_smtp._tls.example.com",
    "2.0.0.127.zen.spamhaus.org",
    "10.2.0.192.zen.spamhaus.org",
]
BEGINNINGS = ["v=DMARC1; ", "v=DKIM1; ", "v=STSv1; ", "v=TLSRPTv1; ", "v=spf1 ", ""]
TAGS = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(["p", "sp", "rua", "ruf", "id", "k", "t", "s", "h", "psd", "aspf", "fo"]),
        st.one_of(
            st.sampled_from(["none", "reject", "y", "s", "mailto:a@b.test", "x!9", "", "AAAA"]),
            st.text(max_size=10),
        ),
    ),
    max_size=5,
).map("; ".join)
TEXTS = st.builds("{}{}".format, st.sampled_from(BEGINNINGS), st.one_of(TAGS, st.text())).map(
    lambda text: text.encode("latin-1", "replace")
)
ANSWERS = st.one_of(
    TYPES,
    st.fixed_dictionaries(
        {}, optional={"TXT": st.one_of(st.lists(TEXTS, max_size=2), st.sampled_from(FAULTS))}
    ),
)
ZONES = st.dictionaries(st.sampled_from(NAMES), ANSWERS)
DOMAINS = st.one_of(st.sampled_from(NAMES), st.text(max_size=30))
ADDRESSES = st.one_of(st.ip_addresses().map(str), st.text(max_size=20))


def judged(found: tuple[Finding, ...]) -> None:
    assert all(one.title and one.status for one in found)
    assert all(isinstance(one.record, str) for one in found)


@given(ZONES, DOMAINS, ADDRESSES, st.binary(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_zone_makes_a_check_raise(
    zones: dict[str, Any], domain: str, ip: str, body: bytes
) -> None:
    resolver = ZoneResolver(zones)
    advice = advise(domain, resolver, sending_ips=[ip], header_from="example.com")
    judged(advice.findings)
    assert advice == advise(domain, resolver, sending_ips=[ip], header_from="example.com")
    judged(check_mx(domain, resolver))
    judged(check_ptr(ip, resolver, helo=domain))
    judged(check_dmarc(domain, resolver, envelope_domains=["example.com"], dkim_domains=[domain]))
    judged(check_dkim("sel", domain, resolver))
    judged(check_blocklists([ip, domain], resolver, workers=1))
    judged(check_tls_rpt(domain, resolver))
    route = MailRoute("example.com", "found")

    def fetch(url: str) -> Fetched:
        return Fetched(url, 200, "text/plain", body)

    judged(check_mta_sts(domain, resolver, fetch, route))


@given(st.text(max_size=200), st.binary(max_size=200))
def test_no_text_makes_a_reader_raise(text: str, octets: bytes) -> None:
    read_tags(text)
    read_key(text)
    read_policy(octets)
    record = read_dmarc(text)
    assert record.policy in ("none", "quarantine", "reject")
    assert isinstance(record.aggregate, tuple)
