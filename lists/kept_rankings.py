"""Summing, now and then, which recipient domains had the most bounces, for pages to read.

A row of `DomainDay` a campaign, day and domain is too much for a page to sum where much is sent.
So the sums are made in the background: for all mail, each stream and list, and those campaigns that
are large themselves. They are made anew from the counts each time, so that nothing (a correction, a
campaign that is deleted or goes to another list) can leave them wrong for longer than until then.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from lists.counted import TALLIES, Period
from lists.models import Campaign, DomainDay, DomainRanking, MailingList, RankedPeriod
from lists.picking import PERIODS
from lists.ranking import TOP, counts_of, ranked_by, scope_of, scoped

# What a page sums itself: a few milliseconds.
SUMMED_BY_PAGES = 2_000
EVERY = timedelta(minutes=5)
# Periods that applications ask for, besides those of pages: how many are kept, for how long after
# they were last asked for (who asks once a week finds his), after how long another may take the
# place of one, and how often it is written down that one was asked for.
_MOST_ASKED = 3
_KEPT_FOR = timedelta(days=8)
_GIVEN_UP_FOR_OTHERS = timedelta(days=1)
_ASKED_ANEW = timedelta(hours=1)
# No more than this share of one processor is used for a period, however much there is to sum.
_BUSY = 0.05

_SQL = """
WITH sums AS MATERIALIZED (
  SELECT c.mailing_list_id, l.stream, d.domain, {sums}
  FROM {days} d
  JOIN {campaigns} c ON c.id = d.campaign_id
  JOIN {lists} l ON l.id = c.mailing_list_id
  WHERE d.day BETWEEN %s AND %s
  GROUP BY c.mailing_list_id, l.stream, d.domain
), scoped AS (
  SELECT 'list' AS kind, CAST(mailing_list_id AS TEXT) AS name, domain, {tallies} FROM sums
  UNION ALL SELECT 'stream', stream, domain, {sums} FROM sums GROUP BY stream, domain
  UNION ALL SELECT 'all', '', domain, {sums} FROM sums GROUP BY domain
), ranked AS (
  SELECT *, ROW_NUMBER() OVER (
    PARTITION BY kind, name ORDER BY hard + soft + block DESC, domain
  ) AS place
  FROM scoped WHERE hard + soft + block > 0
)
SELECT kind, name, domain, {tallies} FROM ranked WHERE place <= %s ORDER BY kind, name, place
"""


def ask(days: int, now: datetime) -> bool:
    """Say that somebody asks for the last so many days: they are kept too, for some days.

    Return whether they are about to be summed for the first time. Where several others are asked
    for every day, they are not kept.
    """
    if days in PERIODS:
        return False
    asked = {row.days: row for row in RankedPeriod.objects.filter(asked_at__isnull=False)}
    known = asked.get(days)
    if known is None and len(asked) >= _MOST_ASKED:
        oldest = min(asked.values(), key=lambda row: row.asked_at)
        if oldest.asked_at > now - _GIVEN_UP_FOR_OTHERS:
            return False
        _forget(RankedPeriod.objects.filter(pk=oldest.pk, asked_at=oldest.asked_at))
    if known is None or known.asked_at <= now - _ASKED_ANEW:
        RankedPeriod.objects.update_or_create(days=days, defaults={"asked_at": now})
    return known is None or _is_awaited(known, now)


def is_much(period: Period, campaign: Campaign | None = None) -> bool:
    """Whether a page leaves it to us to sum the domains of all mail, or of a campaign."""
    days = scoped(DomainDay.objects.all(), period, campaign=campaign)
    return days.order_by()[: SUMMED_BY_PAGES + 1].count() > SUMMED_BY_PAGES


def refresh(now: datetime) -> int:
    """Make the rankings that are due; return of how many periods. Call it as often as wanted."""
    _forget(RankedPeriod.objects.filter(asked_at__lt=now - _KEPT_FOR))
    for days in PERIODS:
        RankedPeriod.objects.get_or_create(days=days)
    return sum(_refresh(known, now) for known in RankedPeriod.objects.order_by("days"))


def _is_awaited(known: RankedPeriod, now: datetime) -> bool:
    """Whether it was never summed, but is at this moment, or will be as soon as workers come."""
    return not known.seconds and max(known.asked_at, known.began_at or known.asked_at) > now - EVERY


@transaction.atomic
def _forget(periods: QuerySet[RankedPeriod]) -> None:
    # Locked first: who is making its rankings is done by then, or finds it gone.
    locked = list(periods.select_for_update().order_by("pk").values_list("pk", flat=True))
    RankedPeriod.objects.filter(pk__in=locked).delete()


def _refresh(known: RankedPeriod, now: datetime) -> bool:
    pause = max(EVERY, timedelta(seconds=known.seconds / _BUSY))
    due = Q(began_at=None) | Q(began_at__lte=now - pause)
    if not RankedPeriod.objects.filter(due, pk=known.pk).update(began_at=now):
        return False
    began = time.monotonic()
    period = Period.ending(now.astimezone(UTC).date(), known.days)
    rankings = list(_rankings(known, period))
    with transaction.atomic():
        is_there = RankedPeriod.objects.filter(pk=known.pk).update(
            made_at=now if rankings else None,
            last=period.last if rankings else None,
            seconds=time.monotonic() - began,
        )
        if not is_there:
            return False
        DomainRanking.objects.filter(period=known).delete()
        DomainRanking.objects.bulk_create(rankings, batch_size=1000)
    return True


def _rankings(known: RankedPeriod, period: Period) -> Iterator[DomainRanking]:
    """None where pages can sum it themselves; else one of all mail, at least."""
    if not is_much(period):
        return
    found = {scope_of(): [], **_of_all_and_lists(period), **_of_large_campaigns(period)}
    for scope, domains in found.items():
        yield DomainRanking(period=known, scope=scope, domains=domains)


def _of_all_and_lists(period: Period) -> dict[str, list[list[object]]]:
    """In one reading of the rows, which are too many to be read three times."""
    names = {
        "days": DomainDay._meta.db_table,
        "campaigns": Campaign._meta.db_table,
        "lists": MailingList._meta.db_table,
    }
    sql = _SQL.format(
        **{name: connection.ops.quote_name(table) for name, table in names.items()},
        tallies=", ".join(TALLIES),
        sums=", ".join(f"SUM({tally}) AS {tally}" for tally in TALLIES),
    )
    found: dict[str, list[list[object]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, [period.first, period.last, TOP])
        for kind, name, domain, *tallies in cursor.fetchall():
            scope = f"{kind}:{name}" if name else kind
            found[scope].append([domain, *map(int, tallies)])
    return found


def _of_large_campaigns(period: Period) -> dict[str, list[list[object]]]:
    days = scoped(DomainDay.objects.all(), period)
    rows = days.values("campaign").annotate(number=Count("pk")).order_by()
    large = rows.filter(number__gt=SUMMED_BY_PAGES).values_list("campaign", flat=True)
    # A large one that nothing bounced of has a ranking too: an empty one.
    found: dict[str, list[list[object]]] = {f"campaign:{pk}": [] for pk in large}
    ids = [int(scope.partition(":")[2]) for scope in found]
    for row in ranked_by("campaign", days.filter(campaign__in=ids), TOP):
        counts = counts_of(row)
        tallies = [getattr(counts, tally) for tally in TALLIES]
        found[f"campaign:{row['campaign']}"].append([row["domain"], *tallies])
    return found
