"""The state of the system in numbers, for Prometheus.

All of it is read from the database when asked, so that any web process gives the same answer and
nothing is lost when one restarts: from the counts, from partial indexes, from rows a source. No
number costs more with more events. `tests/.../test_metrics.py` keeps the number of queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.db.models import Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bounces import partitions, roads
from bounces.backlog import count_up_to
from bounces.models import InboundMessage
from lists import health
from lists.bands import Band
from lists.counted import TALLIES, Period
from lists.models import CampaignTotal

# Longer queues are told as this: alarms went off long before.
LONGEST_QUEUE = 1_000_000
# Bands are of the same period as on the dashboard.
BAND_DAYS = 30


class StateOfTheSystem(Collector):
    """Asks the database at each scrape."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _queue(now)
        yield from _roads()
        yield from _recipients()
        yield from _bands(now)
        yield from _partitions(now)

    def describe(self) -> Iterable[Metric]:
        # Otherwise the registry would ask the database when the process starts.
        return ()


def _queue(now: datetime) -> Iterator[Metric]:
    pending = InboundMessage.objects.pending()
    yield GaugeMetricFamily(
        "bounceadmin_queue_messages",
        "Messages that are stored and not yet understood.",
        value=count_up_to(LONGEST_QUEUE, pending),
    )
    oldest = pending.order_by("id").values_list("received_at", flat=True).first()
    yield GaugeMetricFamily(
        "bounceadmin_queue_age_seconds",
        "How long the oldest of them has waited.",
        value=max(0.0, (now - oldest).total_seconds()) if oldest else 0,
    )
    yield GaugeMetricFamily(
        "bounceadmin_failed_messages",
        "Messages that could not be processed and wait for someone to look at them.",
        value=count_up_to(LONGEST_QUEUE, InboundMessage.objects.failed()),
    )


def _roads() -> Iterator[Metric]:
    success = GaugeMetricFamily(
        "bounceadmin_road_last_success_timestamp_seconds",
        "When a mailbox, the listener, a webhook last worked; 0 where it never has.",
        labels=["road"],
    )
    failing = GaugeMetricFamily(
        "bounceadmin_road_failing", "1 where its last news is bad.", labels=["road"]
    )
    for road in roads.states():
        at = road.last_success_at
        success.add_metric([road.key], at.timestamp() if at else 0)
        failing.add_metric([road.key], int(road.is_failing))
    yield success
    yield failing


def _recipients() -> Iterator[Metric]:
    sums = CampaignTotal.objects.aggregate(**{name: Sum(name) for name in TALLIES})
    family = CounterMetricFamily(
        "bounceadmin_recipients",
        "Recipients of campaigns: sent to, delivered, bounced by category, complained.",
        labels=["tally"],
    )
    for name in TALLIES:
        family.add_metric([name], sums[name] or 0)
    yield family


def _bands(now: datetime) -> Iterator[Metric]:
    rate = GaugeMetricFamily(
        "bounceadmin_list_bounce_rate_percent",
        f"Bounced in percent of sent in the last {BAND_DAYS} days.",
        labels=["list", "stream"],
    )
    band = GaugeMetricFamily(
        "bounceadmin_list_band",
        "1 for the band that the list is in.",
        labels=["list", "stream", "band"],
    )
    today = now.astimezone(UTC).date()
    for row in health.lists_health(Period.ending(today, BAND_DAYS), with_domains=False):
        labels = [row.mailing_list.name, row.mailing_list.stream]
        if row.health.counts.rate is not None:
            rate.add_metric(labels, row.health.counts.rate)
        for name in Band:
            band.add_metric([*labels, name], int(row.health.band == name))
    yield rate
    yield band


def _partitions(now: datetime) -> Iterator[Metric]:
    ahead = GaugeMetricFamily(
        "bounceadmin_partition_months_ahead",
        "Months after this one that a table in monthly parts has a part for; PostgreSQL only.",
        labels=["table"],
    )
    for table, months in partitions.months_ahead(now).items():
        ahead.add_metric([table], months)
    yield ahead


registry = CollectorRegistry()
registry.register(StateOfTheSystem())
