"""Who handed bounces over, as a proof that a policy may accept: the recipient's own mail servers.

Imports run `diagnostics -> bounces`, so who can judge that, by the DNS, registers here. It is asked
outside of any transaction, only about bounces that nothing else proves, of lists whose policy
believes it. Without a judge there is no such proof.

It proves that a report comes from the recipient's provider, not that we sent the mail. So it also
takes that the recipient is a subscriber of the list, and that the campaign was sent lately.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from types import MappingProxyType

from django.conf import settings

from bounces import handover
from bounces.attributing import subscribed
from bounces.drafting import drafts
from bounces.handover import Handover
from bounces.models import BounceEvent, InboundMessage
from bounces.taking import Understood
from lists.addresses import domain_of
from lists.models import Campaign, CampaignDay, MailingList
from lists.policies import policies_of

Source = InboundMessage.Source

SENT_WITHIN = timedelta(days=14)
"""Servers give up after five days at most; some report late."""
# A report about many people is asked about for no more than so many of their domains.
_MOST_QUESTIONS = 500


@dataclass(frozen=True, slots=True)
class Question:
    """Is `handover` by a mail server of `domain`?"""

    domain: str
    handover: Handover


Judge = Callable[[Collection[Question]], Mapping[Question, str]]
"""Says in a sentence each why those that are so are so; leaves out the others. Never raises for
what the DNS says or does not say, and ends within seconds."""

Proofs = Mapping[tuple[int, str], str]
"""A sentence by the message's id and the recipient's address."""

NO_PROOFS: Proofs = MappingProxyType({})

_judges: list[Judge] = []


def register(judge: Judge) -> None:
    """Let `judge` decide from now on."""
    _judges[:] = [judge]


def proved(understood: Sequence[Understood]) -> Proofs:
    """Which bounces were handed over by the recipient's own mail servers, where that counts."""
    if not _judges:
        return {}
    items = {item.row.id: item for item in understood}
    handovers: dict[int, Handover | None] = {}
    questions: dict[tuple[int, str], Question] = {}
    for event in _eligible(understood):
        pk = event.message_id
        if pk not in handovers:
            handovers[pk] = _handover(items[pk])
        if (by := handovers[pk]) is not None:
            questions[pk, event.address] = Question(event.domain, by)
    asked = dict.fromkeys(questions.values())
    answers = _judges[0](list(asked)[:_MOST_QUESTIONS]) if asked else {}
    return {key: answers[asked] for key, asked in questions.items() if asked in answers}


def _eligible(understood: Sequence[Understood]) -> list[BounceEvent]:
    """Unproved bounces to subscribers, by campaigns sent lately, of lists that believe this."""
    events = [
        draft.event
        for item in understood
        if item.parsed.kind == BounceEvent.Kind.BOUNCE
        and not item.attribution.proof
        and item.attribution.campaign_id is not None
        and item.row.source != Source.WEBHOOK
        for draft in drafts(item)
        if draft.event.address
    ]
    lists = MailingList.objects.in_bulk({event.mailing_list_id for event in events})
    policies = policies_of(lists.values()) if lists else {}
    believing = {pk for pk, policy in policies.items() if policy.believe_origin}
    events = [event for event in events if event.mailing_list_id in believing]
    ours = subscribed({(event.address, event.mailing_list_id) for event in events})
    return _sent_lately([e for e in events if (e.address, e.mailing_list_id) in ours])


def _sent_lately(events: list[BounceEvent]) -> list[BounceEvent]:
    """Those whose campaign began, or was counted as sent, in the days before."""
    if not events:
        return []
    ids = {event.campaign_id for event in events}
    times = [event.occurred_at for event in events]
    starts = dict(Campaign.objects.filter(pk__in=ids).values_list("pk", "started_at"))
    days = CampaignDay.objects.filter(
        campaign__in=ids,
        sent__gt=0,
        day__gte=(min(times) - SENT_WITHIN).astimezone(UTC).date(),
        day__lte=max(times).astimezone(UTC).date(),
    ).values_list("campaign", "day")
    sent: dict[int, list] = {}
    for campaign_id, day in days:
        sent.setdefault(campaign_id, []).append(day)

    def is_lately(event: BounceEvent) -> bool:
        start, at = starts[event.campaign_id], event.occurred_at
        if at - SENT_WITHIN <= start <= at:
            return True
        first, last = ((at - SENT_WITHIN).astimezone(UTC).date(), at.astimezone(UTC).date())
        return any(first <= day <= last for day in sent.get(event.campaign_id, ()))

    return [event for event in events if is_lately(event)]


def _handover(item: Understood) -> Handover | None:
    found = _seen_handover(item.row)
    return found and replace(found, from_domain=domain_of(item.parsed.sender.lower()))


def _seen_handover(row: InboundMessage) -> Handover | None:
    raw = row.raw
    ours = {name.lower().rstrip(".") for name in settings.TRUSTED_AUTHSERV_IDS}
    if row.client_ip:
        # A host of ours that hands on by SMTP says nothing of where it has it from.
        if row.client_helo.lower().rstrip(".") in ours:
            return None
        return handover.from_client(raw, row.client_ip, row.client_helo, row.envelope_sender)
    sender = row.envelope_sender
    if row.source == Source.LISTENER:
        sender = sender or "<>"
    return handover.from_headers(raw, ours, sender) if ours else None
