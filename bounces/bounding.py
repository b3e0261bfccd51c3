"""How often one signed return path can be believed in a day.

Whoever has seen a signed return path (its own recipient, at least) could send any number of bounces
to it, each about another invented mail. They can hurt nobody else, and with this not the rates
either: what goes beyond a day's likely mails to one person is kept as unverified. Mail that we know
by its Message-ID is not bounded: each of those can bounce but once. What is believed for who handed
it over is bounded in the same way, and together with these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, timedelta

from django.conf import settings

from bounces.drafting import Draft, dedupe_key
from bounces.models import BounceEvent

Proof, Trust = BounceEvent.Proof, BounceEvent.Trust
_BOUNDED = (Proof.SIGNED_RETURN_PATH, Proof.ORIGIN)
# Kept on the event, for its page to say why it is not believed.
EFFECT = "bounded"


def bound(waiting: Sequence[Draft]) -> None:
    """Make those drafts unverified that are too many for one person, campaign and day."""
    bounded = [
        draft for draft in waiting if draft.event.proof in _BOUNDED and not draft.is_known_mail
    ]
    if not bounded:
        return
    believed = _believed(bounded)
    counted: set[str] = set()
    for draft in bounded:
        event, key = draft.event, dedupe_key(draft)
        if key in counted:
            continue
        if believed[_day_of(event)] >= settings.RETURN_PATH_DAILY_LIMIT:
            event.trust, event.proof, event.effect = Trust.UNVERIFIED, Proof.NONE, EFFECT
            event.proof_note = ""
        else:
            believed[_day_of(event)] += 1
            counted.add(key)


def _day_of(event: BounceEvent) -> tuple[str, int | None, date]:
    return event.address, event.campaign_id, event.occurred_at.astimezone(UTC).date()


def _believed(drafts: Sequence[Draft]) -> Counter[tuple[str, int | None, date]]:
    """How many events each person, campaign and day has by these proofs."""
    days = [draft.event.occurred_at.astimezone(UTC) for draft in drafts]
    midnight = min(days).replace(hour=0, minute=0, second=0, microsecond=0)
    known = BounceEvent.objects.filter(
        address__any_of={draft.event.address for draft in drafts},
        campaign_id__in={draft.event.campaign_id for draft in drafts},
        proof__in=_BOUNDED,
        occurred_at__gte=midnight,
        occurred_at__lt=max(days) + timedelta(days=1),
    )
    return Counter(
        (address, campaign_id, at.astimezone(UTC).date())
        for address, campaign_id, at in known.values_list("address", "campaign_id", "occurred_at")
    )
