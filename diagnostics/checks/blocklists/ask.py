"""Asking a blocklist, and reading its answer (RFC 5782).

The zone's test points come first: a zone that does not list what it must, or lists what it must
not, is dead or refuses us silently, and nothing it says counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, ip_address
from typing import Literal

from diagnostics.checks.asking import Answered, Resolver, ask
from diagnostics.checks.blocklists.zones import ZONES, Zone
from diagnostics.checks.sentences import say, to_say
from diagnostics.checks.spf.identity import read_client
from diagnostics.checks.spf.names import for_query

State = Literal["listed", "not listed", "refused", "broken", "unknown"]

LISTINGS = IPv4Network("127.0.0.0/8")
"""Where the answers of a blocklist lie (RFC 5782 2.3); others come from a parked domain."""
REFUSALS = IPv4Network("127.255.255.0/24")
"""Answers that mean `you may not ask`, never a listing (Spamhaus, and others after it)."""

# RFC 5782 5: what must be listed and what must not, for each kind of zone.
_TEST_POINTS: dict[str, tuple[str, str]] = {
    "4": ("127.0.0.2", "127.0.0.1"),
    "6": ("::ffff:7f00:2", "::ffff:7f00:1"),
    "domain": ("test", "invalid"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What one blocklist says of one address or domain."""

    zone: Zone
    subject: str
    state: State
    answers: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    """What the answers mean, in the zone's own terms."""
    reason: str = ""
    """The zone's own text, where it gives one; a stranger's words."""
    why: str = ""
    """Why it was not judged, for `refused`, `broken`, `unknown`."""
    queries: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test points of a zone showed."""

    state: State | None
    """None where it works for us."""
    why: str
    queries: tuple[Answered, ...]


def ask_blocklists(
    subjects: Iterable[str],
    resolver: Resolver,
    *,
    zones: Iterable[Zone] = ZONES,
    workers: int = 8,
) -> tuple[Listing, ...]:
    """What each zone says of each address or domain that it lists, asked side by side.

    A zone is tested once for each kind of thing, however many of that kind are asked about.
    """
    pairs = [
        (zone, subject)
        for zone in zones
        for subject in dict.fromkeys(subjects_of(subjects))
        if fits(zone, subject)
    ]
    kinds = list(dict.fromkeys((zone.name, kind_of(subject)) for zone, subject in pairs))
    by_name = {zone.name: zone for zone, _ in pairs}

    def tried(kind: tuple[str, str]) -> Tested:
        return try_zone(by_name[kind[0]], kind[1], resolver)

    def listing(pair: tuple[Zone, str]) -> Listing:
        zone, subject = pair
        return _ask(zone, subject, tested[zone.name, kind_of(subject)], resolver)

    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        tested = dict(zip(kinds, pool.map(tried, kinds), strict=True))
        return tuple(pool.map(listing, pairs))


def ask_blocklist(zone: Zone, subject: str, resolver: Resolver) -> Listing:
    """What `zone` says of `subject`, once its test points have shown that it works for us."""
    return _ask(zone, subject, try_zone(zone, kind_of(subject), resolver), resolver)


def subjects_of(subjects: Iterable[str]) -> tuple[str, ...]:
    """`subjects` in one form: addresses as text, domains in lower case without the last dot."""
    return tuple(
        client.text if (client := read_client(subject)) else subject.strip().rstrip(".").lower()
        for subject in subjects
    )


def fits(zone: Zone, subject: str) -> bool:
    """True if `zone` lists things such as `subject`."""
    client = read_client(subject)
    if client is None:
        return zone.kind == "domain"
    return zone.kind == "address" and client.version in zone.versions


def kind_of(subject: str) -> str:
    """`4`, `6` or `domain`."""
    client = read_client(subject)
    return str(client.version) if client else "domain"


def try_zone(zone: Zone, kind: str, resolver: Resolver) -> Tested:
    """Whether `zone` answers us as it must, by the test points of `kind` (RFC 5782 5)."""
    must, must_not = _TEST_POINTS[kind]
    must = zone.test_listed or must
    queries = tuple(ask(resolver, query_name(point, zone), "A") for point in (must, must_not))
    for answered in queries:
        if (refusal := _refusal(zone, answered)) is not None:
            return Tested(refusal[0], refusal[1], queries)
    if queries[0].void:
        why = say(
            "it does not list its own test point {must}: it is closed, or refuses us silently",
            must=must,
        )
        return Tested("broken", why, queries)
    if not queries[1].void:
        why = say("it lists {must_not}, which it must not: it lists everything", must_not=must_not)
        return Tested("broken", why, queries)
    return Tested(None, "", queries)


def _ask(zone: Zone, subject: str, tested: Tested, resolver: Resolver) -> Listing:
    if tested.state is not None:
        return Listing(zone, subject, tested.state, why=tested.why, queries=tested.queries)
    name = query_name(subject, zone)
    asked = ask(resolver, name, "A")
    queries = (*tested.queries, asked)
    if asked.void:
        return Listing(zone, subject, "not listed", queries=queries)
    if (refusal := _refusal(zone, asked)) is not None:
        return Listing(zone, subject, refusal[0], why=refusal[1], queries=queries)
    text = ask(resolver, name, "TXT")
    answers = asked.addresses()
    return Listing(
        zone,
        subject,
        "listed",
        answers,
        decoded(zone, answers),
        text.strings()[0][:500] if text.rdatas else "",
        queries=(*queries, text),
    )


def query_name(subject: str, zone: Zone) -> str:
    """The name to ask for: the address backwards, or the domain, below the zone (RFC 5782 2)."""
    try:
        address = ip_address(subject)
    except ValueError:
        return for_query(f"{subject}.{zone.name}")
    reverse = address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    return f"{reverse}.{zone.name}"


def decoded(zone: Zone, answers: Iterable[str]) -> tuple[str, ...]:
    """What `answers` mean, each once."""
    documented = dict(zone.meanings)
    meanings: dict[str, None] = {}
    for answer in answers:
        if zone.mask:
            last = int(answer.rpartition(".")[2])
            found = [say(meaning) for bit, meaning in zone.mask if last & bit]
        else:
            found = [say(documented[answer])] if answer in documented else []
        meanings |= dict.fromkeys(found or [say("listed ({answer})", answer=answer)])
    return tuple(meanings)


def _refusal(zone: Zone, answered: Answered) -> tuple[State, str] | None:
    """Why an answer is no verdict, with the state to report; None where it is one."""
    if answered.outcome == "failed":
        return "unknown", answered.error
    for text in answered.addresses():
        try:
            address = IPv4Address(text)
        except AddressValueError:
            return "broken", say("it answers {text}, which no blocklist may", text=text)
        if address in REFUSALS or text in zone.refusals:
            return "refused", say(
                "it refuses our questions ({text}): {why}",
                text=text,
                why=say(_WHY.get(text, _SEE_SITE)),
            )
        if address not in LISTINGS:
            return "broken", say(
                "it answers {text}, which no blocklist may: its domain is gone", text=text
            )
    return None


_SEE_SITE = to_say("see its site")
_WHY = {
    "127.255.255.252": to_say("the name that was asked for is misspelt"),
    "127.255.255.254": to_say(
        "the question came through a public resolver; ask through one of your own"
    ),
    "127.255.255.255": to_say("there were too many questions"),
    "127.0.0.1": to_say("the question came through a public resolver, or there were too many"),
    "127.0.1.255": to_say("it takes no questions about addresses"),
}
