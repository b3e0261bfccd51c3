"""The blocklists that are asked: data, each with where its facts come from.

`meanings` gives the answers a zone documents; `mask` zones add up their lists in the last octet.
`refusals` are answers that speak of the question, never of what was asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from diagnostics.checks.sentences import to_say

Kind = Literal["address", "domain"]
Weight = Literal["major", "minor"]


@dataclass(frozen=True, slots=True)
class Zone:
    """One blocklist."""

    name: str
    kind: Kind
    title: str
    site: str
    """Where a listing is looked up and its removal asked for."""
    source: str
    """Where the facts below are published."""
    weight: Weight = "major"
    """`major` where large receivers refuse mail by it."""
    versions: tuple[int, ...] = (4,)
    """IP versions it lists, for zones of addresses."""
    meanings: tuple[tuple[str, str], ...] = ()
    """Answer → what it means."""
    mask: tuple[tuple[int, str], ...] = ()
    """For zones that add up: bit of the last octet → list."""
    refusals: tuple[str, ...] = ()
    test_listed: str = ""
    """What is always listed, where it is not what RFC 5782 5 says."""


def _table(**answers: str) -> tuple[tuple[str, str], ...]:
    """Answers by their last octets: `o2` is 127.0.0.2, `o1_2` is 127.0.1.2."""
    return tuple((_address(name), meaning) for name, meaning in answers.items())


def _address(name: str) -> str:
    octets = name.removeprefix("o").split("_")
    return ".".join(["127", "0", *(["0"] if len(octets) == 1 else []), *octets])


ZONES: tuple[Zone, ...] = (
    Zone(
        "zen.spamhaus.org",
        "address",
        "Spamhaus ZEN",
        "https://check.spamhaus.org/",
        "https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html",
        versions=(4, 6),
        meanings=_table(
            o2=to_say("SBL: a known source of spam"),
            o3=to_say("CSS: bulk mail of low repute, found by machine"),
            o4=to_say("XBL: an infected or hijacked machine"),
            o9=to_say("DROP: a network run by criminals"),
            o10=to_say("PBL: its provider says it should not send mail directly"),
            o11=to_say("PBL: Spamhaus says it should not send mail directly"),
            o30=to_say("BCL: a botnet controller"),
        ),
    ),
    Zone(
        "dbl.spamhaus.org",
        "domain",
        "Spamhaus DBL",
        "https://check.spamhaus.org/",
        "https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html",
        meanings=_table(
            o1_2=to_say("a domain of low repute"),
            o1_4=to_say("a phishing domain"),
            o1_5=to_say("a malware domain"),
            o1_6=to_say("a botnet controller's domain"),
            o1_102=to_say("a sound domain that is abused for spam"),
            o1_103=to_say("an abused redirector"),
            o1_104=to_say("a sound domain that is abused for phishing"),
            o1_105=to_say("a sound domain that is abused for malware"),
            o1_106=to_say("a sound domain that is abused by a botnet"),
        ),
        refusals=("127.0.1.255",),
        test_listed="dbltest.com",
    ),
    Zone(
        "bl.spamcop.net",
        "address",
        "SpamCop",
        "https://www.spamcop.net/bl.shtml",
        "https://www.spamcop.net/fom-serve/cache/291.html",
        meanings=_table(o2=to_say("reported by its users as a source of spam")),
    ),
    Zone(
        "b.barracudacentral.org",
        "address",
        "Barracuda",
        "https://www.barracudacentral.org/lookups",
        "https://www.barracudacentral.org/rbl/how-to-use",
        meanings=_table(o2=to_say("a source of spam by Barracuda's own count")),
    ),
    Zone(
        "psbl.surriel.com",
        "address",
        "PSBL",
        "https://psbl.org/",
        "https://psbl.org/",
        "minor",
        meanings=_table(o2=to_say("mailed a spam trap")),
    ),
    Zone(
        "dnsbl-1.uceprotect.net",
        "address",
        "UCEPROTECT level 1",
        "https://www.uceprotect.net/en/rblcheck.php",
        "https://www.uceprotect.net/en/index.php?m=3&s=3",
        "minor",
        meanings=_table(o2=to_say("mailed a spam trap within the last days")),
    ),
    Zone(
        "ips.backscatterer.org",
        "address",
        "Backscatterer",
        "https://www.backscatterer.org/",
        "https://www.backscatterer.org/?target=usage",
        "minor",
        meanings=_table(o2=to_say("sends bounces or callouts to people who sent nothing")),
    ),
    Zone(
        "dnsbl.dronebl.org",
        "address",
        "DroneBL",
        "https://dronebl.org/lookup",
        "https://dronebl.org/docs/howtouse",
        "minor",
        versions=(4, 6),
        meanings=_table(
            o3=to_say("an IRC drone"),
            o5=to_say("a bottler"),
            o6=to_say("an unknown worm or spambot"),
            o7=to_say("a drone that takes part in attacks"),
            o8=to_say("an open SOCKS proxy"),
            o9=to_say("an open HTTP proxy"),
            o10=to_say("a proxy chain"),
            o13=to_say("an automated guesser of passwords"),
            o14=to_say("an open Wingate proxy"),
            o15=to_say("a compromised router"),
            o17=to_say("an automatically determined botnet address"),
        ),
    ),
    Zone(
        "multi.surbl.org",
        "domain",
        "SURBL",
        "https://surbl.org/surbl-analysis",
        "https://surbl.org/lists",
        mask=(
            (8, "phishing"),
            (16, "malware"),
            (64, "abuse: spam and other"),
            (128, "cracked site"),
        ),
        refusals=("127.0.0.1",),
        test_listed="test.surbl.org",
    ),
    Zone(
        "multi.uribl.com",
        "domain",
        "URIBL",
        "https://admin.uribl.com/",
        "https://uribl.com/about.shtml",
        mask=((2, "black: spam"), (4, "grey: bulk mail"), (8, "red: under watch")),
        refusals=("127.0.0.1",),
        test_listed="test.uribl.com",
    ),
)
"""Lists that matter to senders of mail, heaviest first within their kind."""
