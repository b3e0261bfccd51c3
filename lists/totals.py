"""What campaigns have come to, kept beside the counts by day, and how long those are kept.

Totals and days are added to in one transaction (`lists/counting.py`), so that they are equal at any
moment. Only what counts without totals makes them differ, such as a worker of the release before
them; days by domain and reason are deleted after `DAY_COUNT_RETENTION_DAYS`, and the totals stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from lists import tidying
from lists.counted import TALLIES
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
from lists.ranking import SUMS, worst_first

# Domains that stay of a campaign of which no day by domain is left: the worst.
DOMAINS_KEPT = 100
# Small rows, and as many as domains.
_DELETED_AT_ONCE = 5000
_INSERTED_AT_ONCE = 1000


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
        yield from tidying.delete(model.objects.filter(day__lt=before), _DELETED_AT_ONCE)
    for campaign in _over().values_list("pk", flat=True):
        worst = list(worst_first(campaign).values_list("pk", flat=True)[:DOMAINS_KEPT])
        # Still over: what was counted for it meanwhile stays.
        rest = DomainTotal.objects.filter(campaign__in=_over().filter(pk=campaign))
        rest = rest.exclude(pk__in=worst)
        yield from tidying.delete(rest, _DELETED_AT_ONCE)


def mend_all(now: datetime) -> Iterator[int]:
    """Make the totals anew that differ from the sums of their days; yield 1 for each campaign."""
    for campaign in list(_differing(CampaignDay.objects.all()).values_list("campaign", flat=True)):
        mend([campaign], now)
        yield 1


@transaction.atomic
def mend(campaigns: Collection[int], now: datetime) -> None:
    """Lock the totals of `campaigns`, and make those anew that differ from the sums of their days.

    Whoever else counts for them waits. By domain and reason only while all days are there.
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
    for totals, days_of, key, sums in (
        (DomainTotal, DomainDay, "domain", SUMS),
        (ReasonTotal, ReasonDay, "reason", {"count": Sum("count")}),
    ):
        totals.objects.filter(campaign=campaign).delete()
        rows = days_of.objects.filter(campaign=campaign).values("campaign_id", key).annotate(**sums)
        totals.objects.bulk_create(
            (totals(**row) for row in rows.order_by(key)), batch_size=_INSERTED_AT_ONCE
        )
