"""What campaigns have come to, kept beside the counts by day, and how long those are kept.

A campaign's total and its days are added to in one transaction (`lists/counting.py`), so that they
are equal at any moment. Only what counts without totals makes them differ, such as a worker of the
release before them. By domain and reason days are folded into totals some days later, at night, as
adding to both would cost each bounce; what is told later of a folded day is added to both.
Folded days are deleted after `DAY_COUNT_RETENTION_DAYS`, and the totals stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, Max, Model, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from lists import bulk, tidying
from lists.counted import TALLIES
from lists.counting import FOLDED_AFTER
from lists.models import (
    Campaign,
    CampaignDay,
    CampaignTotal,
    DomainDay,
    DomainTotal,
    ReasonDay,
    ReasonTotal,
)
from lists.picking import LONGEST_PERIOD
from lists.ranking import SUMS, unfolded, worst_first

# Domains that stay of a campaign of which no day by domain is left: the worst.
DOMAINS_KEPT = 100
# Small rows, and as many as domains.
_DELETED_AT_ONCE = 5000


def kept_since(now: datetime) -> date | None:
    """The first day (UTC) whose counts by domain and reason are kept; None where all are."""
    if not settings.DAY_COUNT_RETENTION_DAYS:
        return None
    days = max(settings.DAY_COUNT_RETENTION_DAYS, LONGEST_PERIOD)
    return now.astimezone(UTC).date() - timedelta(days=days)


def delete_old(now: datetime) -> Iterator[int]:
    """Delete old counts by domain and reason; yield how many rows.

    Of days before `kept_since`; and then, of campaigns that nothing was counted for since, the
    totals of all domains but the worst.
    """
    before = kept_since(now)
    if before is None:
        return
    for model in (DomainDay, ReasonDay):
        old = model.objects.filter(day__lt=before, campaign__total__folded_to__gt=F("day"))
        yield from tidying.delete(old, _DELETED_AT_ONCE)
    for campaign in _over().values_list("pk", flat=True):
        worst = list(worst_first(campaign).values_list("pk", flat=True)[:DOMAINS_KEPT])
        # Still over: what was counted for it meanwhile stays.
        rest = DomainTotal.objects.filter(campaign__in=_over().filter(pk=campaign))
        rest = rest.exclude(pk__in=worst)
        yield from tidying.delete(rest, _DELETED_AT_ONCE)


def fold_all(now: datetime) -> Iterator[int]:
    """Fold what is over for `FOLDED_AFTER` days; yield 1 for each campaign that had such days."""
    until = now.astimezone(UTC).date() - timedelta(days=FOLDED_AFTER)
    left = unfolded(CampaignDay.objects.filter(day__lt=until, campaign__total__isnull=False))
    for campaign in list(left.order_by().values_list("campaign", flat=True).distinct()):
        _fold(campaign, until)
        yield 1


def mend_all(now: datetime) -> Iterator[int]:
    """Make the totals anew that differ from the sums of their days; yield 1 for each campaign."""
    for campaign in list(_differing(CampaignDay.objects.all()).values_list("campaign", flat=True)):
        mend([campaign], now)
        yield 1


@transaction.atomic
def mend(campaigns: Collection[int], now: datetime) -> None:
    """Lock the totals of `campaigns`, and make those anew that differ from the sums of their days.

    Whoever else counts for them waits. Those by domain and reason are folded anew while all days
    are there.
    """
    known = CampaignTotal.objects.filter(campaign__in=campaigns).values_list("pk", flat=True)
    CampaignTotal.objects.bulk_create(
        [CampaignTotal(campaign_id=pk) for pk in sorted(set(campaigns).difference(known))],
        ignore_conflicts=True,
    )
    locked = CampaignTotal.objects.select_for_update().filter(campaign__in=campaigns)
    list(locked.order_by("pk").values_list("pk"))
    days = CampaignDay.objects.filter(campaign__in=campaigns)
    for campaign in list(_differing(days).values_list("campaign", flat=True)):
        _make_anew(campaign, now)


def _over() -> QuerySet[Campaign]:
    """Campaigns without a day by domain, but with more domains than are kept."""
    days = DomainDay.objects.filter(campaign=OuterRef("pk"))
    one_more = DomainTotal.objects.filter(campaign=OuterRef("pk"))[DOMAINS_KEPT : DOMAINS_KEPT + 1]
    return Campaign.objects.filter(~Exists(days), Exists(one_more)).order_by("pk")


def _differing(days: QuerySet[CampaignDay]) -> QuerySet:
    """The campaigns of `days` whose total is another than their sum, in one statement.

    So that both are of the same moment.
    """
    sums = {f"sum_{name}": Sum(name) for name in TALLIES}
    kept = {f"kept_{name}": Coalesce(Max(f"campaign__total__{name}"), 0) for name in TALLIES}
    differs = Q(*(~Q(**{f"sum_{n}": F(f"kept_{n}")}) for n in TALLIES), _connector=Q.OR)
    return days.values("campaign").annotate(**sums, **kept).filter(differs).order_by("campaign")


def _make_anew(campaign: int, now: datetime) -> None:
    days = CampaignDay.objects.filter(campaign=campaign)
    CampaignTotal.objects.filter(campaign=campaign).update(**days.aggregate(**SUMS))
    before = kept_since(now)
    if before is not None and days.filter(day__lt=before).exists():
        return
    for totals in (DomainTotal, ReasonTotal):
        totals.objects.filter(campaign=campaign).delete()
    CampaignTotal.objects.filter(campaign=campaign).update(folded_to=None)


@transaction.atomic
def _fold(campaign: int, until: date) -> None:
    """Add the days before `until` that are not folded yet; whoever else counts for it waits."""
    total = CampaignTotal.objects.select_for_update().filter(campaign=campaign).first()
    if total is None or (total.folded_to is not None and total.folded_to >= until):
        return
    since = total.folded_to or date.min
    _add_days(DomainTotal, DomainDay, "domain", TALLIES, (campaign, since, until))
    _add_days(ReasonTotal, ReasonDay, "reason", ("count",), (campaign, since, until))
    total.folded_to = until
    total.save(update_fields=["folded_to"])


def _add_days(
    totals: type[Model], days: type[Model], key: str, summed: Sequence[str], which: tuple
) -> None:
    """In one statement, as a campaign may have mailed any number of domains."""
    quote = connection.ops.quote_name
    table, source = quote(totals._meta.db_table), quote(days._meta.db_table)
    names = ", ".join(map(quote, summed))
    sums = ", ".join(f"SUM({quote(name)})" for name in summed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (campaign_id, {key}, {names}) "
            f"SELECT campaign_id, {key}, {sums} FROM {source} "
            "WHERE campaign_id = %s AND day >= %s AND day < %s GROUP BY campaign_id, "
            f"{key} ON CONFLICT (campaign_id, {key}) "
            f"DO UPDATE SET {bulk.added(table, summed)}",
            which,
        )
