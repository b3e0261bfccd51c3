"""What listings mean for the mail, and how to get off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diagnostics.checks.asking import Resolver
from diagnostics.checks.blocklists.ask import Listing, ask_blocklists
from diagnostics.checks.blocklists.zones import ZONES, Zone
from diagnostics.checks.findings import Evidence, Finding
from diagnostics.checks.sentences import Sentence, say

CHECK = "blocklists"


def check_blocklists(
    subjects: Iterable[str],
    resolver: Resolver,
    *,
    zones: Iterable[Zone] = ZONES,
    workers: int = 8,
) -> tuple[Finding, ...]:
    """Judge sending addresses and domains by the blocklists."""
    return findings(ask_blocklists(subjects, resolver, zones=zones, workers=workers))


def findings(listings: Iterable[Listing]) -> tuple[Finding, ...]:
    """A finding for each listing, for each subject that is clean, for each silent zone."""
    return tuple(_findings(tuple(listings)))


def _findings(listings: tuple[Listing, ...]) -> Iterator[Finding]:
    for listing in listings:
        if listing.state == "listed":
            yield _listed(listing)
    for subject in dict.fromkeys(listing.subject for listing in listings):
        clean = [
            one.zone for one in listings if one.subject == subject and one.state == "not listed"
        ]
        if clean:
            yield Finding(
                CHECK,
                "ok",
                _clean(subject, [zone.title for zone in clean]),
                say("Receivers that ask these lists do not refuse its mail for it."),
                evidence=tuple(Evidence(zone.name, "not listed") for zone in clean),
            )
    silent: dict[str, Listing] = {}
    for listing in listings:
        if listing.state in ("refused", "broken", "unknown"):
            silent.setdefault(listing.zone.name, listing)
    for listing in silent.values():
        yield Finding(
            CHECK,
            "could-not-check",
            say("{title} could not be asked: {why}.", title=listing.zone.title, why=listing.why),
            say("Whether it lists you is not known; this is no listing."),
            say("See {site}, or ask through a resolver of your own.", site=listing.zone.site),
            tuple(answered.evidence() for answered in listing.queries),
        )


def _listed(listing: Listing) -> Finding:
    zone = listing.zone
    major = zone.weight == "major"
    meaning = (
        say("Many receivers refuse its mail (a block, not the addresses' fault).")
        if major
        else say("Some receivers refuse its mail or count it as spam.")
    )
    if listing.reason:
        meaning = say("{meaning} Its own words: {words}", meaning=meaning, words=listing.reason)
    return Finding(
        CHECK,
        "problem" if major else "warning",
        say(
            "{subject} is on {title}: {meanings}.",
            subject=listing.subject,
            title=zone.title,
            meanings=listing.meanings,
        ),
        meaning,
        say("Find and stop the cause first, then ask for removal at {site}", site=zone.site),
        tuple(answered.evidence() for answered in listing.queries),
    )


def _clean(subject: str, titles: list[str]) -> Sentence:
    if len(titles) == 1:
        return say("{subject} is not on {list}.", subject=subject, list=titles[0])
    return say(
        "{subject} is not on {lists} or {last}.",
        subject=subject,
        lists=tuple(titles[:-1]),
        last=titles[-1],
    )
