"""Probes that are sent again and again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from diagnostics.models import ProbeSchedule
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
        # The page of schedules says so; there is nothing to alarm about.
        return False
    return True
