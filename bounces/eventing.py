"""From what messages say to events, their effect on people, and the counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db import OperationalError, transaction

from bounces import bounding, once, receipts
from bounces.attributing import subscribed
from bounces.drafting import Draft, dedupe_key, drafts
from bounces.models import BounceEvent, InboundMessage, SeenEvent
from bounces.once import Key
from bounces.origins import NO_PROOFS, Proofs
from bounces.privacy import hide
from bounces.taking import Understood
from bounces.text import storable
from lists import bouncing, bulk, counting, subscribing
from lists.models import Campaign, MailingList
from lists.policies import policies_of
from lists.policy import Unverified
from lists.privacy import forgotten

Kind, Trust, Proof = BounceEvent.Kind, BounceEvent.Trust, BounceEvent.Proof
Category = BounceEvent.Category

# Each race that is lost means that another worker has saved something.
_MOST_RACES = 10
# Of two reports about the same mail to the same person the worse one counts.
_SEVERITY = {"hard": 3, "block": 2, "soft": 1, "": 0}


def record(found: Iterable[Understood], proofs: Proofs = NO_PROOFS) -> list[counting.Count]:
    """Save the events that are new and act on them; return what is to be counted for them.

    `proofs` are those by who handed the message over.

    Call it within the transaction that marks their messages as processed. An event that is there
    already, by whatever road it came, is left out and counted nowhere.
    """
    waiting = [draft for item in found for draft in drafts(item)]
    _accept_origins(waiting, proofs)
    _accept_unverified(waiting)
    bounding.bound(waiting)
    kept: dict[Key, Draft] = {}
    for draft in waiting:
        if not draft.is_kept:
            continue
        key = dedupe_key(draft)
        known = kept.get(key)
        if known is None or _severity(draft) > _severity(known):
            kept[key] = draft
    _hide_erased([draft.event for draft in kept.values()])
    fresh = _save_and_act(kept)
    _unsubscribe(fresh)
    return [*_counts(fresh), *receipts.counts(waiting, fresh)]


def _severity(draft: Draft) -> int:
    return _SEVERITY[draft.event.category]


def _once_by_source(drafts: dict[Key, Draft]) -> dict[Key, Draft]:
    """Without those whose number at their source is known, or is an earlier one's here."""
    keys = {draft.source_key for draft in drafts.values()} - {None}
    if not keys:
        return drafts
    seen = SeenEvent.objects.filter(key__any_of=keys).values_list("key", flat=True)
    known = {key.hex for key in seen}
    kept = {}
    for key, draft in drafts.items():
        if draft.source_key not in known:
            kept[key] = draft
            known |= {draft.source_key} - {None}
    return kept


def _accept_unverified(waiting: list[Draft]) -> None:
    """Let lists and campaigns that say so act without proof, but only on the lists' subscribers."""
    unproved = [d.event for d in waiting if d.event.trust == Trust.UNVERIFIED]
    by_list = _of_subscribers(unproved, Unverified.EVERYTHING)
    for event in (*by_list, *_of_open_campaigns(unproved)):
        event.trust, event.proof = Trust.VERIFIED, Proof.ACCEPTED


def _of_open_campaigns(events: list[BounceEvent]) -> list[BounceEvent]:
    """Those to the address of a campaign that acts without proof, about its list's subscribers."""
    # A webhook that may not speak for a campaign must not do so by its address either.
    to_addresses = [e for e in events if e.message.source != InboundMessage.Source.WEBHOOK]
    open_campaigns = accepting_campaigns({e.campaign_id for e in to_addresses})
    return _subscribers_among([e for e in to_addresses if e.campaign_id in open_campaigns])


def accepting_campaigns(ids: Collection[int | None]) -> set[int]:
    """Those campaigns that act on bounces that nothing proves, whatever their list's policy."""
    known = set(ids) - {None}
    if not known:
        return set()
    rows = Campaign.objects.filter(pk__in=known, accepts_unverified=True)
    return set(rows.values_list("pk", flat=True))


def _accept_origins(waiting: list[Draft], proofs: Proofs) -> None:
    """Believe what the recipient's own mail servers handed over, as far as that was found out."""
    for draft in waiting if proofs else ():
        event = draft.event
        why = proofs.get((event.message_id, event.address))
        if why and event.trust == Trust.UNVERIFIED and event.kind == Kind.BOUNCE:
            event.trust, event.proof = Trust.VERIFIED, Proof.ORIGIN
            event.proof_note = storable(why, 255)


def _of_subscribers(events: list[BounceEvent], may: Unverified) -> list[BounceEvent]:
    """Those of a list that lets unproved bounces do what `may` says, about its own subscribers."""
    lists = MailingList.objects.in_bulk({e.mailing_list_id for e in events} - {None})
    policies = policies_of(lists.values()) if lists else {}
    open_lists = {pk for pk, policy in policies.items() if policy.unverified == may}
    return _subscribers_among([e for e in events if e.mailing_list_id in open_lists])


def _subscribers_among(events: list[BounceEvent]) -> list[BounceEvent]:
    ours = subscribed({(event.address, event.mailing_list_id) for event in events})
    return [event for event in events if (event.address, event.mailing_list_id) in ours]


def _hide_erased(events: Iterable[BounceEvent]) -> None:
    """Mail to people who were erased may still come back: do not write them down again."""
    erased = forgotten({event.address for event in events if event.address})
    for event in events if erased else ():
        if event.address in erased:
            hide(event)


class _RacedError(Exception):
    """Another worker saved, meanwhile, what its source has the same number for."""


def _save_and_act(drafts: dict[Key, Draft]) -> list[BounceEvent]:
    """Act on those that are new and save them with what they did, in one statement."""
    fresh = _new(drafts)
    for event, pk in zip(fresh, bulk.reserve_ids(BounceEvent, len(fresh)), strict=True):
        event.id = pk
    _act(fresh)
    bulk.insert(fresh)
    return fresh


def _new(drafts: dict[Key, Draft]) -> list[BounceEvent]:
    """Those whose keys nobody had left; they are left now.

    A key that another worker has left and not committed is waited for: then the event is there, or
    is ours after all. What a source numbers may have another key there; then it is begun again.
    """
    for _ in range(_MOST_RACES):
        try:
            with transaction.atomic():
                left = _once_by_source(drafts)
                made = once.leave(SeenEvent, {key: draft.event.day for key, draft in left.items()})
                fresh = [left[key] for key in sorted(made)]
                told = {d.source_key: d.event.day for d in fresh if d.source_key is not None}
                if told and len(once.leave(SeenEvent, told)) < len(told):
                    raise _RacedError
                return [draft.event for draft in fresh]
        except _RacedError:
            continue
    raise OperationalError("Other workers were quicker each time.")


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
    by_evidence = {f"event:{event.id}": event for event in (*proved, *hints)}
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


def _what(event: BounceEvent) -> str:
    """What policy judges the event as. Without proof nothing is more than a soft bounce."""
    what = "complaint" if event.kind == Kind.COMPLAINT else event.category
    return what if event.trust == Trust.VERIFIED or what == Category.BLOCK else Category.SOFT.value


def _unsubscribe(events: list[BounceEvent]) -> None:
    """Take people off the lists that they wished to leave."""
    leaving: dict[int, list[str]] = defaultdict(list)
    for event in events:
        verified = event.trust == Trust.VERIFIED and event.mailing_list_id is not None
        if event.kind == Kind.UNSUBSCRIBE and verified and event.address:
            leaving[event.mailing_list_id].append(event.address)
    for mailing_list in MailingList.objects.filter(pk__in=leaving).order_by("pk"):
        subscribing.unsubscribe(mailing_list, leaving[mailing_list.pk])


def _counts(events: list[BounceEvent]) -> Iterator[counting.Count]:
    for event in events:
        tally = _tally(event)
        if event.campaign_id is not None and tally:
            yield counting.Count(
                event.campaign_id,
                event.day,
                event.domain,
                tally,
                reason=event.reason if tally == event.category else "",
            )


def _tally(event: BounceEvent) -> str:
    """The count that an event belongs to; empty where it counts as nothing (yet)."""
    if event.kind == Kind.BOUNCE:
        return event.category if event.trust == Trust.VERIFIED else "unverified"
    # What was delivered is counted by its receipt, by whatever road it is told.
    if event.trust == Trust.VERIFIED and event.kind == Kind.COMPLAINT:
        return event.kind
    return ""
