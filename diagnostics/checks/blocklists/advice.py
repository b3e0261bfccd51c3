"""What listings mean for the mail, and how to get off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diagnostics.checks.asking import Resolver
from diagnostics.checks.blocklists.ask import Listing, ask_blocklists
from diagnostics.checks.blocklists.zones import ZONES, Zone
from diagnostics.checks.findings import Evidence, Finding

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
                f"{subject} is not on {_names(clean)}.",
                "Receivers that ask these lists do not refuse its mail for it.",
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
            f"{listing.zone.title} could not be asked: {listing.why}.",
            "Whether it lists you is not known; this is no listing.",
            f"See {listing.zone.site}, or ask through a resolver of your own.",
            tuple(answered.evidence() for answered in listing.queries),
        )


def _listed(listing: Listing) -> Finding:
    zone = listing.zone
    major = zone.weight == "major"
    said = f" Its own words: {listing.reason}" if listing.reason else ""
    return Finding(
        CHECK,
        "problem" if major else "warning",
        f"{listing.subject} is on {zone.title}: {'; '.join(listing.meanings)}.",
        (
            "Many receivers refuse its mail (a block, not the addresses' fault)."
            if major
            else "Some receivers refuse its mail or count it as spam."
        )
        + said,
        f"Find and stop the cause first, then ask for removal at {zone.site}",
        tuple(answered.evidence() for answered in listing.queries),
    )


def _names(zones: list[Zone]) -> str:
    titles = [zone.title for zone in zones]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} or {titles[-1]}"
