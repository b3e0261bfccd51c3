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
from django.db.models import Count, Q

from lists.counted import TALLIES, Period
from lists.models import Campaign, DomainDay, DomainRanking, MailingList, RankedPeriod
from lists.picking import PERIODS
from lists.ranking import TOP, counts_of, ranked_by, scope_of, scoped

# What a page sums itself: a few milliseconds.
SUMMED_BY_PAGES = 5_000
EVERY = timedelta(minutes=5)
# Periods that applications ask for, besides those of pages: how many are kept, for how long after
# they were last asked for, and how often that is written down.
_MOST_ASKED = 3
_KEPT_FOR = timedelta(days=1)
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


def ask(days: int, now: datetime) -> None:
    """Say that somebody asks for the last so many days: they are kept too, for a day.

    Where several others are asked for already, pages go on summing it.
    """
    if days in PERIODS:
        return
    asked = dict(
        RankedPeriod.objects.filter(asked_at__isnull=False).values_list("days", "asked_at")
    )
    is_known = days in asked
    if len(asked) - is_known >= _MOST_ASKED or (is_known and asked[days] > now - _ASKED_ANEW):
        return
    RankedPeriod.objects.update_or_create(days=days, defaults={"asked_at": now})


def refresh(now: datetime) -> int:
    """Make the rankings that are due; return of how many periods. Call it as often as wanted."""
    _forget_unasked(now)
    for days in PERIODS:
        RankedPeriod.objects.get_or_create(days=days)
    return sum(_refresh(known, now) for known in RankedPeriod.objects.order_by("days"))


@transaction.atomic
def _forget_unasked(now: datetime) -> None:
    unasked = RankedPeriod.objects.filter(asked_at__lt=now - _KEPT_FOR)
    # Locked first: who is making its rankings is done by then, or finds it gone.
    locked = list(unasked.select_for_update().order_by("pk").values_list("pk", flat=True))
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
    days = scoped(DomainDay.objects.all(), period)
    if days.order_by()[: SUMMED_BY_PAGES + 1].count() <= SUMMED_BY_PAGES:
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
