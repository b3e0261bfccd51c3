"""What campaigns have come to: kept beside the days, mended where it differs, and kept longer."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum

from lists import health, sending, totals
from lists.counted import Counts, Period
from lists.counting import TALLIES, Count, add
from lists.models import (
    CampaignDay,
    CampaignTotal,
    DomainDay,
    DomainTotal,
    ReasonDay,
    ReasonTotal,
)
from lists.picking import LONGEST_PERIOD
from lists.ranking import top_domains, top_reasons
from lists.sending import LongAgoError, SentCount
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
PAIRS = ((CampaignDay, CampaignTotal), (DomainDay, DomainTotal), (ReasonDay, ReasonTotal))


def count(campaign, tally, number, domain="a.example", ago=0, reason=""):
    add([Count(campaign.pk, TODAY - timedelta(days=ago), domain, tally, number, reason)])


def sums(model) -> dict[str, int]:
    names = ("count",) if model in (ReasonDay, ReasonTotal) else TALLIES
    return model.objects.aggregate(**{f"of_{name}": Sum(name) for name in names})


def all_add_up() -> bool:
    return all(sums(days) == sums(total) for days, total in PAIRS)


def mended() -> int:
    return sum(totals.mend_all(NOW))


def test_totals_are_the_sums_of_days():
    one, other = make_campaign(), make_campaign()
    for ago in range(3):
        count(one, "hard", 1 + ago, "a.example", ago, "userunknown")
        count(one, "soft", 2, "b.example", ago, "mailboxfull")
        count(other, "sent", 100, "", ago)
    assert CampaignTotal.objects.get(campaign=one).hard == 6
    assert DomainTotal.objects.get(campaign=one, domain="b.example").soft == 6
    assert ReasonTotal.objects.get(campaign=one, reason="userunknown").count == 6
    assert CampaignTotal.objects.get(campaign=other).sent == 300
    assert all_add_up()


def test_a_correction_corrects_them_too():
    campaign = make_campaign()
    sending.record([SentCount(campaign.pk, TODAY, "a.example", 10, 9)])
    sending.record([SentCount(campaign.pk, TODAY, "a.example", -4)])
    sending.record([SentCount(campaign.pk, TODAY, "a.example", 5)], replace=True)
    assert CampaignTotal.objects.get().sent == DomainTotal.objects.get().sent == 5
    assert all_add_up()


def test_they_go_with_their_campaign():
    campaign = make_campaign()
    count(campaign, "hard", 1, reason="userunknown")
    campaign.delete()
    assert not any(model.objects.exists() for pair in PAIRS for model in pair)


class TestComparing:
    def test_rows_are_the_worst_of_all_together(self):
        one, other = make_campaign(), make_campaign()
        for n in range(10):
            count(one, "hard", 10 + n, f"d{n}.example", n, "userunknown")
        count(other, "hard", 50, "d1.example", 1, "hostunknown")
        count(other, "sent", 200, "d9.example")
        found = health.compared([one, other])
        assert [name for name, _ in found.domains] == [
            "d1.example",
            *(f"d{n}.example" for n in range(9, 2, -1)),
        ]
        assert found.domains[0][1] == (Counts(hard=11), Counts(hard=50))
        assert found.domains[1][1] == (Counts(hard=19), Counts(sent=200))
        assert found.reasons == (("userunknown", (145, 0)), ("hostunknown", (0, 50)))
        assert [row.counts.bounced for row in found.campaigns] == [145, 50]

    @pytest.mark.parametrize("number", [1, 60])
    def test_more_domains_reasons_and_days_cost_no_more(self, number, django_assert_num_queries):
        campaigns = [make_campaign(), make_campaign()]
        for campaign in campaigns:
            for n in range(number):
                count(campaign, "hard", 1, f"d{n}.example", n, "userunknown")
        with django_assert_num_queries(6):
            found = health.compared(campaigns)
        assert len(found.domains) == min(number, 8)


class TestMending:
    """As after a worker of the release before, which counted days alone."""

    @pytest.fixture
    def campaign(self):
        campaign = make_campaign()
        count(campaign, "hard", 2, reason="userunknown")
        CampaignDay.objects.update(hard=3, sent=1000)
        DomainDay.objects.update(hard=3, sent=1000)
        ReasonDay.objects.update(count=3)
        return campaign

    def test_what_differs_is_made_anew(self, campaign):
        assert mended() == 1
        assert all_add_up()
        assert CampaignTotal.objects.get().sent == 1000

    def test_a_campaign_without_totals_gets_them(self):
        campaign = make_campaign()
        CampaignDay.objects.create(campaign=campaign, day=TODAY, block=7)
        DomainDay.objects.create(campaign=campaign, day=TODAY, domain="a.example", block=7)
        assert mended() == 1
        assert all_add_up()

    def test_what_is_equal_is_left_alone(self, campaign, django_assert_num_queries):
        mended()
        count(make_campaign(), "soft", 1)
        with django_assert_num_queries(1):
            assert mended() == 0

    def test_a_correction_first_mends_what_it_corrects(self, campaign):
        sending.record([SentCount(campaign.pk, TODAY, "a.example", -900)])
        assert CampaignTotal.objects.get().sent == 100
        assert all_add_up()

    def test_what_has_no_days_any_more_is_not_made_of_those_left(self, campaign, settings):
        count(campaign, "hard", 5, "old.example", 500, "hostunknown")
        list(totals.delete_old(NOW))
        assert mended() == 1
        assert CampaignTotal.objects.get().sent == 1000
        assert DomainTotal.objects.get(domain="old.example").hard == 5
        assert ReasonTotal.objects.get(reason="hostunknown").count == 5

    def test_an_upgrade_sums_up_what_was_counted_before(self):
        for _ in range(3):
            campaign = make_campaign()
            for ago in range(3):
                count(campaign, "hard", 1 + ago, f"d{ago}.example", ago, "userunknown")
        for _, model in PAIRS:
            model.objects.all().delete()
        migration = importlib.import_module("lists.migrations.0022_sum_up_what_was_counted")
        migration.CAMPAIGNS_AT_ONCE, before = 2, migration.CAMPAIGNS_AT_ONCE
        try:
            for _cut_off_and_begun_again in range(2):
                migration.sum_up(apps, connection.schema_editor())
        finally:
            migration.CAMPAIGNS_AT_ONCE = before
        assert CampaignTotal.objects.count() == 3
        assert all_add_up()
        assert mended() == 0


class TestWhatIsKept:
    def test_days_by_domain_and_reason_go_and_what_was_come_to_stays(self):
        one, other = make_campaign(), make_campaign()
        for ago in (0, 400, 401, 800):
            count(one, "hard", 3, f"d{ago}.example", ago, "userunknown")
        before = health.compared([one, other])
        assert sum(totals.delete_old(NOW)) == 4
        for model in (DomainDay, ReasonDay):
            assert list(model.objects.order_by("day").values_list("day", flat=True)) == [
                TODAY - timedelta(days=400),
                TODAY,
            ]
        assert CampaignDay.objects.count() == 4
        assert health.compared([one, other]) == before
        assert sum(totals.delete_old(NOW)) == 0

    def test_health_sees_all_that_it_may_be_asked_for(self, settings):
        settings.DAY_COUNT_RETENTION_DAYS = 10
        campaign = make_campaign()
        for ago in (0, LONGEST_PERIOD - 1, LONGEST_PERIOD, 2 * LONGEST_PERIOD):
            count(campaign, "hard", 1, ago=ago, reason="userunknown")
        longest = Period.ending(TODAY, LONGEST_PERIOD)

        def seen():
            found = health.details(campaign, longest)
            return found, top_domains(longest), top_reasons(longest)

        before = seen()
        list(totals.delete_old(NOW))
        assert seen() == before

    def test_0_keeps_all(self, settings):
        settings.DAY_COUNT_RETENTION_DAYS = 0
        count(make_campaign(), "hard", 1, ago=5000)
        assert list(totals.delete_old(NOW)) == []

    def test_of_a_campaign_that_is_over_the_worst_domains_stay(self, monkeypatch):
        monkeypatch.setattr(totals, "DOMAINS_KEPT", 2)
        over, going_on = make_campaign(), make_campaign()
        for campaign in (over, going_on):
            for n in range(4):
                count(campaign, "hard", 10 + n, f"d{n}.example", 500)
        count(going_on, "hard", 1, "d0.example")
        list(totals.delete_old(NOW))
        kept = DomainTotal.objects.filter(campaign=over).values_list("domain", flat=True)
        assert set(kept) == {"d3.example", "d2.example"}
        assert DomainTotal.objects.filter(campaign=going_on).count() == 4
        assert CampaignTotal.objects.get(campaign=over).hard == 46

    def test_a_day_that_is_no_longer_known_by_domain_is_not_corrected(self):
        campaign = make_campaign()
        day = (datetime.now(UTC) - timedelta(days=500)).date()
        sending.record([SentCount(campaign.pk, day, "a.example", 10)])
        for number, replace in ((3, True), (-3, False)):
            with pytest.raises(LongAgoError, match="can be added, but not replaced"):
                sending.record([SentCount(campaign.pk, day, "a.example", number)], replace=replace)
        sending.record(
            [
                SentCount(campaign.pk, day, "a.example", 5),
                SentCount(campaign.pk, datetime.now(UTC).date(), "a.example", 2),
            ]
        )
        assert CampaignTotal.objects.get().sent == 17
