"""How many were sent: the denominators of every rate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from lists import counting
from lists.models import Campaign


@transaction.atomic
def report_sent(campaign: Campaign, day: date, by_domain: Mapping[str, int]) -> None:
    """Add recipients sent to on `day` (UTC), by recipient domain."""
    counting.add(
        counting.Count(campaign.pk, day, domain.lower(), "sent", number)
        for domain, number in by_domain.items()
    )
