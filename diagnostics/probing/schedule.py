"""Probes that are sent again and again, and those whose way is broken."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from diagnostics.models import Probe, ProbeSchedule
from diagnostics.probing.trips import CannotProbeError, request_probe


def send_what_is_due() -> int:
    """Ask for a probe of each schedule that is due; return how many.

    What came due several times while nothing ran is sent once.
    """
    asked = 0
    due = ProbeSchedule.objects.filter(enabled=True, next_at__lte=timezone.now())
    for pk in due.values_list("pk", flat=True)[:100]:
        asked += _send_if_due(pk)
    return asked


@transaction.atomic
def _send_if_due(pk: int) -> bool:
    now = timezone.now()
    schedule = (
        ProbeSchedule.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("campaign__mailing_list")
        .filter(pk=pk, enabled=True, next_at__lte=now)
        .first()
    )
    if schedule is None:
        return False
    schedule.next_at = now + timedelta(minutes=schedule.every_minutes)
    schedule.save(update_fields=["next_at"])
    try:
        request_probe(schedule.campaign, schedule=schedule)
    except CannotProbeError:
        # The page of round trips says what to set.
        return False
    return True


def broken() -> list[Probe]:
    """The last probe of each schedule whose last probe did not come back; two queries."""
    ended = Probe.objects.ended().filter(schedule=OuterRef("pk")).order_by("-created_at", "-id")
    last = ProbeSchedule.objects.filter(enabled=True).values_list(
        Subquery(ended.values("pk")[:1]), flat=True
    )
    wrong = Probe.objects.filter(pk__in=[pk for pk in last if pk]).exclude(
        state=Probe.State.RETURNED
    )
    return list(wrong.select_related("campaign").order_by("pk"))
