"""Noticing that a list or campaign went from one band to another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from lists import health
from lists.bands import Band
from lists.counted import Counts, Period
from lists.models import BandChange, Campaign, CampaignDay, MailingList
from lists.outgoing import telling
from lists.picking import DEFAULT_PERIOD


@transaction.atomic
def record(now: datetime) -> list[BandChange]:
    """Compare every band with the last one recorded and record what changed; return that.

    Run it as often as wanted, by as many workers: what has not changed is no row. A campaign is
    looked at while anything is counted for it; one never seen before was `unknown`.
    """
    # One at a time: else two workers would both record the same change.
    locked = MailingList.objects.select_for_update(no_key=True).order_by("pk")
    lists = {row.pk: row for row in locked}
    period = Period.ending(now.astimezone(UTC).date(), DEFAULT_PERIOD)
    changes = [*_of_lists(period, now), *_of_campaigns(period, lists, now)]
    BandChange.objects.bulk_create(changes)
    telling.band_changed(changes)
    return changes


def _of_lists(period: Period, now: datetime) -> Iterable[BandChange]:
    last = _last(BandChange.objects.filter(campaign=None), "mailing_list_id")
    for row in health.lists_health(period, with_domains=False):
        before = last.get(row.mailing_list.pk, Band.UNKNOWN)
        if row.health.band != before:
            yield _change(before, row.health.band, row.health.counts, now, row.mailing_list)


def _of_campaigns(
    period: Period, lists: dict[int, MailingList], now: datetime
) -> Iterable[BandChange]:
    busy = CampaignDay.objects.filter(day__range=(period.first, period.last)).values("campaign")
    campaigns = list(Campaign.objects.filter(pk__in=busy).order_by("pk"))
    for campaign in campaigns:
        campaign.mailing_list = lists[campaign.mailing_list_id]
    last = _last(BandChange.objects.filter(campaign__in=busy), "campaign_id")
    for row in health.campaigns_health(campaigns):
        before = last.get(row.campaign.pk, Band.UNKNOWN)
        if row.band != before:
            yield _change(
                before, row.band, row.counts, now, row.campaign.mailing_list, row.campaign
            )


def _last(changes: QuerySet[BandChange], of: str) -> dict[int, str]:
    """The band that each list or campaign was in last."""
    newest = changes.values(of).annotate(newest=Max("pk")).order_by().values("newest")
    return dict(BandChange.objects.filter(pk__in=newest).values_list(of, "after"))


def _change(
    before: str,
    after: str,
    counts: Counts,
    now: datetime,
    mailing_list: MailingList,
    campaign: Campaign | None = None,
) -> BandChange:
    return BandChange(
        mailing_list=mailing_list,
        campaign=campaign,
        before=before,
        after=after,
        sent=counts.sent,
        bounced=counts.bounced,
        at=now,
    )
