"""Adding to the counts, many at once, safely beside other workers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import connection

from lists import bulk
from lists.models import (
    CampaignDay,
    CampaignTotal,
    DomainDay,
    DomainTotal,
    ReasonDay,
    ReasonTotal,
)

_Rows = Mapping[tuple, Mapping[str, int]]
# A Counter is made in ten times the time.
_tallies = partial(defaultdict[str, int], int)

# Days after which a day's counts by domain and reason are folded into totals (`lists/totals.py`):
# soon, since pages sum what is not, but not while much is still counted for it, twice then.
FOLDED_AFTER = 3
TALLIES = ("sent", "delivered", "hard", "soft", "block", "complaint", "unverified")


@dataclass(frozen=True, slots=True)
class Count:
    """`number` more of `tally` (one of `TALLIES`) for a campaign, day and recipient domain.

    `reason` is given for bounces that are counted by reason too. A `number` below zero corrects
    what was counted before; who gives one has seen to it that so much is there.
    """

    campaign_id: int
    day: date
    domain: str
    tally: str
    number: int = 1
    reason: str = ""


def add(counts: Iterable[Count]) -> None:
    """Add `counts` to days and totals; call it within the transaction that made them true.

    Totals by domain and reason only where their day is folded already.

    A campaign's total is first: who has its row has all others of the campaign to itself, so that
    two who count more than once in a transaction, or several days, do not deadlock.
    """
    by_campaign, by_domain, by_reason = (defaultdict(_tallies) for _ in range(3))
    for count in counts:
        by_campaign[count.campaign_id, count.day][count.tally] += count.number
        by_domain[count.campaign_id, count.day, count.domain][count.tally] += count.number
        if count.reason:
            by_reason[count.campaign_id, count.day, count.reason]["count"] += count.number
    merge(CampaignTotal, ("campaign_id",), TALLIES, _over_days(by_campaign))
    merge(CampaignDay, ("campaign_id", "day"), TALLIES, by_campaign)
    merge(DomainDay, ("campaign_id", "day", "domain"), TALLIES, by_domain)
    merge(ReasonDay, ("campaign_id", "day", "reason"), ("count",), by_reason)
    if folded := _folded(by_campaign):
        by_domain, by_reason = _before(folded, by_domain), _before(folded, by_reason)
        merge(DomainTotal, ("campaign_id", "domain"), TALLIES, _over_days(by_domain))
        merge(ReasonTotal, ("campaign_id", "reason"), ("count",), _over_days(by_reason))


def _folded(by_campaign: _Rows) -> dict[int, date]:
    """How far the campaigns are folded that have a day that may be; their rows are ours."""
    # With room for a clock that is behind.
    recent = datetime.now(UTC).date() - timedelta(days=FOLDED_AFTER - 2)
    late = {campaign_id for campaign_id, day in by_campaign if day < recent}
    if not late:
        return {}
    rows = CampaignTotal.objects.filter(campaign__in=late, folded_to__isnull=False)
    return dict(rows.values_list("campaign_id", "folded_to"))


def _before(folded: dict[int, date], rows: _Rows) -> _Rows:
    """Those whose day is folded."""
    return {key: rows[key] for key in rows if key[1] < folded.get(key[0], date.min)}


def _over_days(rows: _Rows) -> _Rows:
    """The sums of rows that differ in the day alone, which is second in their keys."""
    sums: dict[tuple, Mapping[str, int]] = {}
    for (campaign_id, _day, *what), tallies in rows.items():
        key = (campaign_id, *what)
        if key in sums:
            # Not into either, which is a day's as well.
            tallies = Counter(tallies)
            tallies.update(sums[key])
        sums[key] = tallies
    return sums


def merge(model: type, key: tuple[str, ...], columns: tuple[str, ...], rows: _Rows) -> None:
    """Insert the rows, or add to those that are there, in one statement.

    Rows that only take away are changed one by one: they are few, and no such row can be inserted.
    In order of their keys, so that two workers wait for each other rather than deadlock. Django's
    `bulk_create(update_conflicts=True)` can only replace, hence the SQL, the same for PostgreSQL
    and SQLite.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    fields = [model._meta.get_field(name) for name in key + columns]
    target = ", ".join(map(quote, key))
    ordered = sorted(key for key, tallies in rows.items() if min(tallies.values()) >= 0)
    corrected = sorted(rows.keys() - set(ordered))
    bulk.insert_values(
        model,
        fields,
        [(*row, *(rows[row].get(c, 0) for c in columns)) for row in ordered],
        f"({target}) DO UPDATE SET {bulk.added(table, columns)}",
    )
    if corrected:
        with connection.cursor() as cursor:
            changes = ", ".join(f"{quote(c)} = {quote(c)} + %s" for c in columns)
            where = " AND ".join(f"{quote(k)} = %s" for k in key)
            cursor.executemany(
                f"UPDATE {table} SET {changes} WHERE {where}",
                [(*(rows[row][c] for c in columns), *row) for row in corrected],
            )
