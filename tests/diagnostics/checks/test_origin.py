"""Whether a server is one of the recipient's own: by MX, SPF or DKIM, and never by default."""

from __future__ import annotations

import dns.resolver
import pytest

from diagnostics.checks.origin import judge
from diagnostics.checks.zones import ZoneResolver

MX_IP, OUT_IP, FORGER = "192.0.2.25", "192.0.2.40", "203.0.113.66"
ZONES = {
    "example.net": {
        "MX": ["10 mx1.prov.example.", "20 mx2.prov.example."],
        "TXT": ["v=spf1 ip4:192.0.2.40 -all"],
    },
    "mx1.prov.example": {"A": [MX_IP], "AAAA": ["2001:db8::25"]},
    "mx2.prov.example": {"A": ["192.0.2.26"], "TXT": ["v=spf1 ip4:192.0.2.41 -all"]},
    "prov.example": {"TXT": ["v=spf1 ip4:192.0.2.42 ~all"]},
    "_dmarc.prov.example": {"TXT": ["v=DMARC1; p=none"]},
    "customer.prov.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 -all"]},
    "evil.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 -all"]},
}


def ask(ip, zones=ZONES, domain="example.net", **said):
    return judge(domain, ZoneResolver(zones), ip=ip, **said)


@pytest.mark.parametrize(
    ("ip", "said", "why"),
    [
        (MX_IP, {}, "192.0.2.25 is mx1.prov.example, an MX of example.net."),
        ("::ffff:192.0.2.25", {}, "192.0.2.25 is mx1.prov.example, an MX of example.net."),
        ("2001:DB8:0::25", {}, "2001:db8::25 is mx1.prov.example, an MX of example.net."),
        (
            OUT_IP,
            {"helo": "example.net"},
            "SPF lets 192.0.2.40 send for example.net, the recipient's domain.",
        ),
        (
            "192.0.2.41",
            {"helo": "mx2.prov.example"},
            "SPF lets 192.0.2.41 send for mx2.prov.example, an MX of example.net.",
        ),
        (
            "192.0.2.42",
            {"helo": "out.prov.example", "from_domain": "prov.example"},
            "SPF lets 192.0.2.42 send for prov.example, the organizational domain of "
            "mx1.prov.example.",
        ),
        (
            "192.0.2.99",
            {"passed": [("dkim", "Example.NET.")]},
            "DKIM passed for Example.NET., the recipient's domain, as a host of ours says.",
        ),
    ],
)
def test_the_recipients_own_servers_are_proved_with_a_sentence(ip, said, why):
    assert (ask(ip, **said).proved, ask(ip, **said).sentence) == (True, why)


@pytest.mark.parametrize(
    "said",
    [
        {},
        # The right name from another address.
        {"helo": "mx1.prov.example"},
        {"helo": "example.net", "from_domain": "example.net"},
        # Its own good SPF and DKIM, for a domain that has nothing to do with it.
        {"helo": "evil.example", "from_domain": "evil.example"},
        {"passed": [("dkim", "evil.example"), ("spf", "evil.example")]},
        # A provider's customer has a name below the provider's own.
        {"helo": "customer.prov.example", "from_domain": "customer.prov.example"},
        {"passed": [("dkim", "customer.prov.example")]},
        {"passed": [("dkim", "xample.net"), ("dkim", "net"), ("dkim", "")]},
        {"helo": "[192.0.2.25]"},
        {"helo": "\x00\xff" * 300, "from_domain": "..", "passed": [("spf", "é" * 300)]},
    ],
)
def test_another_server_is_not_proved_whatever_it_says(said):
    evidence = ask(FORGER, **said)
    assert not evidence.proved
    assert evidence.sentence == ("Nothing shows that 203.0.113.66 is a mail server of example.net.")


@pytest.mark.parametrize(
    "record", ["v=spf1 +all", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", "v=spf1 ?all", "v=spf1"]
)
def test_an_spf_that_lets_everybody_send_proves_nothing(record):
    zones = ZONES | {"example.net": {"MX": ["10 mx1.prov.example."], "TXT": [record]}}
    assert not ask(FORGER, zones, helo="example.net").proved


@pytest.mark.parametrize(
    "silent",
    [
        {"example.net": {"MX": dns.resolver.LifetimeTimeout}},
        {"mx1.prov.example": {"A": dns.resolver.NoNameservers, "AAAA": dns.resolver.NoNameservers}},
    ],
)
def test_no_answer_is_no_proof_and_not_the_last_word(silent):
    evidence = ask(MX_IP, ZONES | silent)
    assert (evidence.proved, evidence.is_certain) == (False, False)


def test_spf_that_cannot_be_asked_is_no_proof():
    zones = ZONES | {
        "example.net": {"MX": ["10 mx1.prov.example."], "TXT": dns.resolver.LifetimeTimeout}
    }
    evidence = ask(OUT_IP, zones, helo="example.net")
    assert (evidence.proved, evidence.is_certain) == (False, False)


@pytest.mark.parametrize(
    "domain", ["", "nowhere.example", "null.example", "[192.0.2.1]", "x" * 400]
)
def test_a_domain_without_mail_has_no_servers(domain):
    zones = ZONES | {"null.example": {"MX": ["0 ."]}}
    assert not ask(MX_IP, zones, domain).proved


@pytest.mark.parametrize("ip", ["", "mx1.prov.example", "192.0.2.25, 1.2.3.4", "999.1.1.1"])
def test_what_is_no_address_is_nobody(ip):
    assert not ask(ip).proved


def test_few_questions_are_asked_for_a_stranger():
    asked = []

    class Counting(ZoneResolver):
        def resolve(self, qname, rdtype):
            asked.append((str(qname), rdtype))
            return super().resolve(qname, rdtype)

    judge("example.net", Counting(ZONES), ip=FORGER, helo="evil.example", from_domain="a.example")
    assert len(asked) <= 8
