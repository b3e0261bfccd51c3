"""From what a message says to events, their effect on people, and the counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from bounces.attributing import Attribution, subscribed
from bounces.models import BounceEvent, InboundMessage
from bounces.parsing import ParsedMessage, Report
from bounces.privacy import hide
from bounces.text import storable
from lists import bouncing, counting
from lists.addresses import canonical, domain_of
from lists.models import MailingList
from lists.policies import policies_of
from lists.policy import Unverified
from lists.privacy import forgotten

Kind, Trust, Proof = BounceEvent.Kind, BounceEvent.Trust, BounceEvent.Proof
Category = BounceEvent.Category

# Of two reports about the same mail to the same person the worse one counts.
_SEVERITY = {"hard": 3, "block": 2, "soft": 1, "": 0}
# How far a live message's Date may be from its arrival before its clock is taken for wrong.
_CREDIBLE_CLOCK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is not saved yet."""

    event: BounceEvent
    mail: str
    """What tells two mails to one person apart."""


def drafts(row: InboundMessage, parsed: ParsedMessage, about: Attribution) -> Iterator[Draft]:
    """The events one message gives rise to; none where it is `other`."""
    if parsed.kind not in Kind.values:
        return
    # The original's Message-ID serves best: every road names it. Else this message's own.
    mail = parsed.original_message_id or parsed.message_id or row.digest
    for report in parsed.reports or (Report(recipient="", category="", reason="undefined"),):
        yield Draft(_event(row, parsed, report, about), mail)


def record(found: Iterable[Draft]) -> list[BounceEvent]:
    """Save the events that are new, act on them, count them; return them.

    Call it within the transaction that marks their messages as processed. An event that is there
    already, by whatever road it came, is left out and counted nowhere.
    """
    waiting = list(found)
    _accept_unverified(waiting)
    events: dict[str, BounceEvent] = {}
    for draft in waiting:
        event = draft.event
        event.dedupe_key = _dedupe_key(draft)
        known = events.get(event.dedupe_key)
        if known is None or _SEVERITY[event.category] > _SEVERITY[known.category]:
            events[event.dedupe_key] = event
    _hide_erased(events.values())
    fresh = _save_new(events)
    _act(fresh)
    _count(fresh)
    return fresh


def _event(
    row: InboundMessage, parsed: ParsedMessage, report: Report, about: Attribution
) -> BounceEvent:
    address = about.recipient or canonical(report.recipient, settings.FOLD_LOCAL_PART)
    return BounceEvent(
        message=row,
        kind=parsed.kind,
        category=report.category if parsed.kind in (Kind.BOUNCE, Kind.DELAYED) else "",
        reason=storable(report.reason, 32),
        status=storable(report.status, 16),
        smtp_code=storable(report.smtp_code, 3),
        action=storable(report.action, 16),
        diagnostic=storable(report.diagnostic, 4000),
        address=address,
        domain=domain_of(address),
        reported_recipient=storable(report.recipient, 320),
        campaign_id=about.campaign_id,
        mailing_list_id=about.list_id,
        trust=Trust.VERIFIED if about.proof else Trust.UNVERIFIED,
        proof=about.proof,
        remote_mta=storable(report.remote_mta, 255),
        reporting_mta=storable(report.reporting_mta, 255),
        original_message_id=storable(parsed.original_message_id, 255),
        rule=storable(report.rule, 120),
        evidence=storable(report.evidence, 2000),
        occurred_at=_occurred_at(row, parsed),
    )


def _occurred_at(row: InboundMessage, parsed: ParsedMessage) -> datetime:
    """The message's own Date where it is credible: always in an archive, else near its arrival."""
    if parsed.date is None or parsed.date > row.received_at + timedelta(days=1):
        return row.received_at
    if row.source == InboundMessage.Source.FILE:
        return parsed.date
    return parsed.date if row.received_at - parsed.date < _CREDIBLE_CLOCK else row.received_at


def _dedupe_key(draft: Draft) -> str:
    """What makes two events the same: kind, person, mail, and whether it is proved.

    Trust is part of it, so that a forgery that comes first cannot shut out the real bounce.
    """
    event = draft.event
    person = event.address or event.reported_recipient.lower()
    parts = (event.kind, event.trust, person, draft.mail)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _accept_unverified(waiting: list[Draft]) -> None:
    """Let lists whose policy says so act without proof, but only on their own subscribers."""
    unproved = [d.event for d in waiting if d.event.trust == Trust.UNVERIFIED]
    for event in _of_subscribers(unproved, Unverified.EVERYTHING):
        event.trust, event.proof = Trust.VERIFIED, Proof.ACCEPTED


def _of_subscribers(events: list[BounceEvent], may: Unverified) -> list[BounceEvent]:
    """Those of a list that lets unproved bounces do what `may` says, about its own subscribers."""
    lists = MailingList.objects.in_bulk({e.mailing_list_id for e in events} - {None})
    policies = policies_of(lists.values()) if lists else {}
    open_lists = {pk for pk, policy in policies.items() if policy.unverified == may}
    candidates = [event for event in events if event.mailing_list_id in open_lists]
    ours = subscribed({(event.address, event.mailing_list_id) for event in candidates})
    return [event for event in candidates if (event.address, event.mailing_list_id) in ours]


def _hide_erased(events: Iterable[BounceEvent]) -> None:
    """Mail to people who were erased may still come back: do not write them down again."""
    erased = forgotten({event.address for event in events if event.address})
    for event in events:
        if event.address in erased:
            hide(event)


def _save_new(events: dict[str, BounceEvent]) -> list[BounceEvent]:
    """Insert, and find out which of the rows are ours.

    Another worker may insert the same key at the same time; a row is ours if it carries our
    message, which no other worker holds.
    """
    known = set(
        BounceEvent.objects.filter(dedupe_key__in=events).values_list("dedupe_key", flat=True)
    )
    new = {key: event for key, event in events.items() if key not in known}
    BounceEvent.objects.bulk_create(
        [new[key] for key in sorted(new)], ignore_conflicts=True, batch_size=500
    )
    saved = BounceEvent.objects.filter(dedupe_key__in=new).values_list(
        "dedupe_key", "message_id", "pk"
    )
    ours = []
    for key, message_id, pk in saved:
        if new[key].message_id == message_id:
            new[key].pk = pk
            ours.append(new[key])
    return sorted(ours, key=lambda event: event.pk)


def _act(events: list[BounceEvent]) -> None:
    """Let policy judge, and keep on the event what that did."""
    judged = [
        event
        for event in events
        if event.kind in (Kind.BOUNCE, Kind.COMPLAINT)
        and event.mailing_list_id
        and not event.forgotten_at
    ]
    proved = [e for e in judged if e.trust == Trust.VERIFIED]
    hints = _of_subscribers([e for e in judged if e.trust != Trust.VERIFIED], Unverified.SCORE)
    by_evidence = {f"event:{event.pk}": event for event in (*proved, *hints)}
    effects = bouncing.apply(
        [
            bouncing.Bounce(
                address=event.address,
                list_id=event.mailing_list_id,
                what=_what(event),
                reason=event.reason,
                at=event.occurred_at,
                evidence=evidence,
            )
            for evidence, event in by_evidence.items()
        ]
    )
    for evidence, action in effects.items():
        by_evidence[evidence].effect = action
    BounceEvent.objects.bulk_update(
        [by_evidence[evidence] for evidence in effects], ["effect"], batch_size=500
    )


def _what(event: BounceEvent) -> str:
    """What policy judges the event as. Without proof nothing is more than a soft bounce."""
    what = "complaint" if event.kind == Kind.COMPLAINT else event.category
    return what if event.trust == Trust.VERIFIED or what == Category.BLOCK else Category.SOFT.value


def _count(events: list[BounceEvent]) -> None:
    counts = []
    for event in events:
        tally = _tally(event)
        if event.campaign_id is None or not tally:
            continue
        counts.append(
            counting.Count(
                event.campaign_id,
                event.occurred_at.astimezone(UTC).date(),
                event.domain,
                tally,
                reason=event.reason if tally == event.category else "",
            )
        )
    counting.add(counts)


def _tally(event: BounceEvent) -> str:
    """The count that an event belongs to; empty where it counts as nothing (yet)."""
    if event.kind == Kind.BOUNCE:
        return event.category if event.trust == Trust.VERIFIED else "unverified"
    if event.trust == Trust.VERIFIED and event.kind in (Kind.COMPLAINT, Kind.DELIVERED):
        return event.kind
    return ""
