"""What our own events say, gathered for the scenarios in a number of queries that does not grow.

Counts come from the counts kept per day; texts and times from the newest events, at most `SAMPLE`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum

from bounces.backlog import backlog
from bounces.models import BounceEvent
from diagnostics.checks.blocklists import ZONES
from diagnostics.models import Probe
from diagnostics.scenarios import Facts, Provider, Said
from diagnostics.subject import Subject
from lists.models import CampaignDay, DomainDay, ReasonDay

DAYS = 7
SAMPLE = 2000
_TOP = 12
_LONGEST_TEXT = 300

_ADDRESS = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,253}>?")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_TOKEN = re.compile(r"\b(?=\w*\d)\w{8,}(?:[-.]\w+)*\b|\b\d{5,}\b")
_SIZE = re.compile(r"(?:size|limit|exceed|maximum)\D{0,40}?(\d{6,10})(?!\d)", re.IGNORECASE)
# What refusals call the lists: the zones' own names, and how people speak of them.
_LIST_NAMES = re.compile(
    "|".join(
        sorted(
            {re.escape(zone.name) for zone in ZONES}
            | {"spamhaus", "spamcop", "barracuda", "sorbs", "abusix", "proofpoint", "invaluement"},
            key=len,
            reverse=True,
        )
    ),
    re.IGNORECASE,
)


def facts(subject: Subject, now: datetime) -> Facts:
    """What our own events of the last `DAYS` days say of `subject`."""
    since = now - timedelta(days=DAYS)
    first = since.astimezone(UTC).date()
    days = _of_campaigns(CampaignDay.objects.all(), subject)
    sums = days.filter(day__gte=first).aggregate(
        *map(Sum, ("sent", "hard", "soft", "block", "unverified"))
    )
    before = days.filter(day__gte=first - timedelta(days=DAYS), day__lt=first).aggregate(
        sent=Sum("sent"), bounced=Sum(F("hard") + F("soft") + F("block"))
    )
    state = backlog(datetime.combine(first, time.min, UTC))
    events = _newest_events(subject, since)
    bounces = [event for event in events if event["kind"] == "bounce"]
    refusals = [event for event in bounces if event["category"] == "block"]
    times = [event["occurred_at"].astimezone(UTC) for event in bounces]
    return Facts(
        days=DAYS,
        sent=sums["sent__sum"] or 0,
        hard=sums["hard__sum"] or 0,
        soft=sums["soft__sum"] or 0,
        block=sums["block__sum"] or 0,
        unverified=sums["unverified__sum"] or 0,
        sent_before=before["sent"] or 0,
        bounced_before=before["bounced"] or 0,
        reasons=_reasons(subject, first),
        providers=_providers(subject, first),
        sampled=len(bounces),
        hours=tuple(Counter(at.hour for at in times)[hour] for hour in range(24)),
        busiest=_busiest(times),
        texts=_texts(bounces),
        named_ips=_named(refusals, _IPV4, _TOP),
        named_lists=_named(refusals, _LIST_NAMES, _TOP),
        size_limits=_size_limits(bounces),
        autoreplies=sum(event["kind"] == "autoreply" for event in events),
        repliers=_repliers(events),
        repeated=_repeated(bounces),
        about_ourselves=sum(event["domain"] == subject.domain for event in events),
        unattributed=state.unattributed,
        pending=state.pending,
        failed=state.failed,
        silent_hours=_hours(now, state.last_received),
        quiet_hours=_hours(now, max((e["occurred_at"] for e in events), default=None)),
        probe=_last_probe(subject),
    )


def _of_campaigns(rows: QuerySet, subject: Subject) -> QuerySet:
    if subject.campaign_id is not None:
        return rows.filter(campaign_id=subject.campaign_id)
    return rows.filter(campaign__mailing_list_id__in=subject.list_ids)


def _reasons(subject: Subject, first: Any) -> tuple[tuple[str, int], ...]:
    rows = _of_campaigns(ReasonDay.objects.filter(day__gte=first), subject)
    sums = rows.values("reason").annotate(number=Sum("count")).order_by("-number", "reason")
    return tuple((row["reason"], row["number"]) for row in sums)


def _providers(subject: Subject, first: Any) -> tuple[Provider, ...]:
    rows = _of_campaigns(DomainDay.objects.filter(day__gte=first), subject)
    sums = (
        rows.values("domain")
        .annotate(n_sent=Sum("sent"), n_hard=Sum("hard"), n_soft=Sum("soft"), n_block=Sum("block"))
        .annotate(bounced=F("n_hard") + F("n_soft") + F("n_block"))
        .filter(bounced__gt=0)
        .order_by("-bounced", "domain")[:_TOP]
    )
    return tuple(
        Provider(row["domain"], row["n_sent"], row["n_hard"], row["n_soft"], row["n_block"])
        for row in sums
    )


def _newest_events(subject: Subject, since: datetime) -> list[dict[str, Any]]:
    rows = BounceEvent.objects.filter(occurred_at__gte=since)
    if subject.campaign_id is not None:
        rows = rows.filter(campaign_id=subject.campaign_id)
    else:
        rows = rows.filter(mailing_list_id__in=subject.list_ids)
    names = ("pk", "kind", "category", "reason", "domain", "address", "diagnostic", "occurred_at")
    return list(rows.order_by("-occurred_at").values(*names)[:SAMPLE])


def _busiest(times: Sequence[datetime]) -> float:
    """The share of the two hours with most of them."""
    if not times:
        return 0.0
    hours = Counter(at.replace(minute=0, second=0, microsecond=0) for at in times)
    return sum(count for _, count in hours.most_common(2)) / len(times)


def _texts(bounces: Iterable[dict[str, Any]]) -> tuple[Said, ...]:
    """Reply texts with what differs from message to message taken out."""
    counts: Counter[str] = Counter()
    events: dict[str, int] = {}
    for event in bounces:
        text = event["diagnostic"][:_LONGEST_TEXT]
        if not text:
            continue
        alike = _TOKEN.sub("…", _ADDRESS.sub("<…>", text))
        counts[alike] += 1
        events.setdefault(alike, event["pk"])
    return tuple(Said(text, count, events[text]) for text, count in counts.most_common(_TOP))


def _named(
    refusals: Iterable[dict[str, Any]], pattern: re.Pattern[str], most: int
) -> tuple[Said, ...]:
    """What `pattern` finds in refusals, each once a refusal."""
    counts: Counter[str] = Counter()
    events: dict[str, int] = {}
    for event in refusals:
        for name in {hit.lower() for hit in pattern.findall(event["diagnostic"])}:
            counts[name] += 1
            events.setdefault(name, event["pk"])
    return tuple(Said(name, count, events[name]) for name, count in counts.most_common(most))


def _size_limits(bounces: Iterable[dict[str, Any]]) -> tuple[int, ...]:
    found: Counter[int] = Counter()
    for event in bounces:
        if event["reason"] == "mesgtoobig":
            found.update(int(size) for size in _SIZE.findall(event["diagnostic"]))
    return tuple(size for size, _ in found.most_common(3))


def _repliers(events: Iterable[dict[str, Any]]) -> tuple[Said, ...]:
    """Who answered automatically, with the most answers within one day."""
    by_day: Counter[tuple[str, Any]] = Counter()
    newest: dict[str, int] = {}
    for event in events:
        if event["kind"] == "autoreply" and event["address"]:
            by_day[event["address"], event["occurred_at"].date()] += 1
            newest.setdefault(event["address"], event["pk"])
    most: dict[str, int] = {}
    for (address, _), count in by_day.items():
        most[address] = max(count, most.get(address, 0))
    loudest = sorted(most.items(), key=lambda item: -item[1])[:_TOP]
    return tuple(Said(address, count, newest[address]) for address, count in loudest)


def _repeated(bounces: Iterable[dict[str, Any]]) -> tuple[Said, ...]:
    counts: Counter[str] = Counter()
    newest: dict[str, int] = {}
    for event in bounces:
        if event["address"]:
            counts[event["address"]] += 1
            newest.setdefault(event["address"], event["pk"])
    return tuple(
        Said(address, count, newest[address])
        for address, count in counts.most_common(_TOP)
        if count >= 3
    )


def _hours(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else max(0.0, (now - then).total_seconds() / 3600)


def _last_probe(subject: Subject) -> str:
    ended = Probe.objects.filter(domain=subject.domain).ended()
    return ended.order_by("-created_at").values_list("state", flat=True).first() or ""
