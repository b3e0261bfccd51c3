"""Health as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator

from lists.health import Health

HEADER = (
    "day",
    "sent",
    "delivered",
    "bounced",
    "hard",
    "soft",
    "block",
    "complaints",
    "unverified",
    "bounce rate (%)",
)


def health_rows(health: Health) -> Iterator[tuple[object, ...]]:
    """A row a day (UTC) under `HEADER`; the rate is empty where no sends are reported."""
    for day in health.days:
        counts = day.counts
        rate = counts.rate
        yield (
            day.day.isoformat(),
            counts.sent,
            counts.delivered,
            counts.bounced,
            counts.hard,
            counts.soft,
            counts.block,
            counts.complaint,
            counts.unverified,
            "" if rate is None else f"{rate:.3f}",
        )
