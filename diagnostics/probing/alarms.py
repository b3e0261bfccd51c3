"""Raising and closing the alarm of a campaign's round trips: one at a time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from diagnostics.models import Alarm, Probe


@transaction.atomic
def raise_alarm(probe: Probe, text: str) -> None:
    """Open the alarm of the probe's campaign, unless it is open already."""
    Alarm.objects.bulk_create(
        [Alarm(key=_key(probe), campaign=probe.campaign, probe=probe, text=text)],
        ignore_conflicts=True,
    )


def close_alarm(probe: Probe) -> None:
    """Close it: a probe came back."""
    Alarm.objects.open().filter(key=_key(probe)).update(closed_at=timezone.now())


def _key(probe: Probe) -> str:
    return f"probe:{probe.campaign_id}"
