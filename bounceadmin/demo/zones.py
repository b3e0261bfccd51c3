"""The demo's DNS: what its sender publishes today, and what it published the day before.

All names are reserved ones (RFC 2606) but those of the blocklists, which are asked as they are
named; nothing of this leaves the process.
"""

from __future__ import annotations

from collections.abc import Iterator

from bounceadmin.demo.lists import LISTS, SENDER
from diagnostics.checks.blocklists import ZONES
from diagnostics.checks.blocklists.ask import query_name

SELECTOR = "s2025"
# A public key that was made for this and whose private half was thrown away.
_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAk7H7GYwzx7s+Ho44r3oCojQsxG0yak5/kGNs"
    "izAzlyUOgbs/DgnskjglGQkCcPvOPdjBbEmY9grx7DmqE9r6N4y81FK0YpGU78yQe3Y7lHtoS/kVXmSG"
    "n7Adg6W5XcDXFzEIrV2HYeHWcB7kugnnzifhfAxV7zFbBbr0w1TciaVhHA0eNLhTMGdGlNWDOkKBr9Tk"
    "vEGukxpKA65rMRoXRfDeenhoq7CjHrkiekH4af3nC7E/gxIYlojKmImkykf8UqovucdPAWC3uFerFfXn"
    "DuIpEaxX/3sWXQuxQQn12cSdYeI/zAa6LTCUoVaRNJGGGN8p1kBm2t3b+C97/qa+FQIDAQAB"
)
_OFFERS = LISTS[0]
_ZEN = next(zone for zone in ZONES if zone.name == "zen.spamhaus.org")
# Answers that prove a zone works (RFC 5782 5), where they are not 127.0.0.2.
_TEST_ANSWERS = {"dbl.spamhaus.org": "127.0.1.2"}
# Refuses whoever asks through a large public resolver, as it does in life.
_REFUSING = "multi.uribl.com"

SPF_BEFORE = "v=spf1 ip4:198.51.100.0/27 include:_spf.mailtool.example ~all"
# Somebody tidied it up: the sending network is gone, and a tool that no longer exists came in.
SPF_NOW = (
    "v=spf1 ip4:198.51.100.64/27 include:_spf.mailtool.example include:_spf.old-crm.example ~all"
)


def zones(spf: str) -> dict[str, dict[str, list[str]]]:
    """All that there is, with `spf` as the record of the critical list's bounce domain."""
    domain = _OFFERS.bounce_domain
    ip = _OFFERS.sending_ip
    return {
        domain: {"TXT": [spf], "MX": [f"10 mx.{SENDER}."]},
        "_spf.mailtool.example": {
            "TXT": ["v=spf1 ip4:203.0.113.64/26 include:_spf2.mailtool.example ~all"]
        },
        "_spf2.mailtool.example": {
            "TXT": ["v=spf1 ip4:203.0.113.128/26 a:out.mailtool.example ~all"]
        },
        "out.mailtool.example": {"A": ["203.0.113.200"]},
        f"mx.{SENDER}": {"A": ["198.51.100.10"], "AAAA": ["2001:db8:51::10"]},
        SENDER: {"A": ["198.51.100.80"], "TXT": ["v=spf1 -all"]},
        f"_dmarc.{SENDER}": {"TXT": [f"v=DMARC1; p=none; rua=mailto:dmarc-reports@{domain}"]},
        f"{SELECTOR}._domainkey.{SENDER}": {"TXT": [f"v=DKIM1; k=rsa; p={_KEY}"]},
        "25.100.51.198.in-addr.arpa": {"PTR": [f"mail2.{SENDER}."]},
        f"mail2.{SENDER}": {"A": [ip]},
        query_name(ip, _ZEN): {
            "A": ["127.0.0.3"],
            "TXT": ["Listed by CSS, see https://check.spamhaus.org/ (demo)"],
        },
        **dict(_test_points()),
    }


def _test_points() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """What each blocklist answers for its test point."""
    for zone in ZONES:
        point = zone.test_listed or ("127.0.0.2" if zone.kind == "address" else "test")
        answer = "127.255.255.254" if zone.name == _REFUSING else "127.0.0.2"
        if zone.mask and zone.name != _REFUSING:
            answer = f"127.0.0.{zone.mask[0][0]}"
        yield query_name(point, zone), {"A": [_TEST_ANSWERS.get(zone.name, answer)]}
