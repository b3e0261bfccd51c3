"""What campaigns have come to: kept beside the days, mended where it differs, and kept longer."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime, timedelta

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
FOLDED = ((DomainDay, DomainTotal), (ReasonDay, ReasonTotal))
MODELS = (CampaignDay, CampaignTotal, DomainDay, DomainTotal, ReasonDay, ReasonTotal)
# In days: what is folded into totals by domain and reason, and what is not yet.
LONG_AGO, LATELY = 100, 2


def count(campaign, tally, number, domain="a.example", ago=0, reason=""):
    add([Count(campaign.pk, TODAY - timedelta(days=ago), domain, tally, number, reason)])


def sums(rows) -> dict[str, int]:
    names = ("count",) if rows.model in (ReasonDay, ReasonTotal) else TALLIES
    found = rows.aggregate(**{name: Sum(name) for name in names})
    return {name: number or 0 for name, number in found.items()}


def all_add_up() -> bool:
    """Whether each total is the sum of its days: by domain and reason, of those that are folded."""
    in_parts = all(
        sums(total.objects.filter(campaign=row.campaign))
        == sums(days.objects.filter(campaign=row.campaign, day__lt=row.folded_to or date.min))
        for row in CampaignTotal.objects.all()
        for days, total in FOLDED
    )
    return in_parts and sums(CampaignDay.objects.all()) == sums(CampaignTotal.objects.all())


def folded() -> int:
    return sum(totals.fold_all(NOW))


def mended() -> int:
    return sum(totals.mend_all(NOW))


def test_a_campaigns_total_is_the_sum_of_its_days():
    one, other = make_campaign(), make_campaign()
    for ago in range(3):
        count(one, "hard", 1 + ago, "a.example", ago, "userunknown")
        count(one, "soft", 2, "b.example", ago, "mailboxfull")
        count(other, "sent", 100, "", ago)
    assert CampaignTotal.objects.get(campaign=one).hard == 6
    assert CampaignTotal.objects.get(campaign=other).sent == 300
    assert all_add_up()


class TestFolding:
    @pytest.fixture
    def campaign(self):
        campaign = make_campaign()
        for ago in (LATELY, LONG_AGO, LONG_AGO + 1):
            count(campaign, "hard", 3, "a.example", ago, "userunknown")
        return campaign

    def test_days_that_are_over_for_some_days_are_summed(self, campaign):
        assert folded() == 1
        assert DomainTotal.objects.get(domain="a.example").hard == 6
        assert ReasonTotal.objects.get(reason="userunknown").count == 6
        assert all_add_up()

    def test_done_twice_or_in_two_nights_it_adds_nothing_twice(self, campaign):
        folded()
        assert folded() == 0
        totals._fold(campaign.pk, TODAY)
        totals._fold(campaign.pk, TODAY)
        assert DomainTotal.objects.get().hard == 9
        assert all_add_up()

    def test_what_is_told_late_of_a_folded_day_is_added_to_its_total(self, campaign):
        folded()
        for ago in (LONG_AGO, LONG_AGO + 30, LATELY):
            count(campaign, "hard", 1, "late.example", ago, "hostunknown")
        assert DomainTotal.objects.get(domain="late.example").hard == 2
        assert all_add_up()

    def test_what_is_told_late_of_a_day_that_is_not_folded_yet_waits_for_the_night(self, campaign):
        count(campaign, "soft", 1, "late.example", LONG_AGO)
        assert not DomainTotal.objects.exists()
        folded()
        assert DomainTotal.objects.get(domain="late.example").soft == 1
        assert all_add_up()

    def test_a_correction_corrects_both(self):
        campaign = make_campaign()
        day = datetime.now(UTC).date() - timedelta(days=LONG_AGO)
        sending.record([SentCount(campaign.pk, day, "a.example", 10, 9)])
        folded()
        sending.record([SentCount(campaign.pk, day, "a.example", -4)])
        sending.record([SentCount(campaign.pk, day, "a.example", 5)], replace=True)
        assert CampaignTotal.objects.get().sent == DomainTotal.objects.get().sent == 5
        assert all_add_up()

    def test_counting_what_is_new_asks_nothing_of_it(self, campaign, django_assert_num_queries):
        today = datetime.now(UTC).date()
        with django_assert_num_queries(4):
            add([Count(campaign.pk, today, "a.example", "hard", 1, "userunknown")])

    def test_totals_go_with_their_campaign(self, campaign):
        folded()
        campaign.delete()
        assert not any(model.objects.exists() for model in MODELS)


class TestComparing:
    def test_rows_are_the_worst_of_all_together(self):
        one, other = make_campaign(), make_campaign()
        for n in range(10):
            count(one, "hard", 10 + n, f"d{n}.example", n, "userunknown")
        count(other, "hard", 50, "d1.example", 1, "hostunknown")
        count(other, "sent", 200, "d9.example")
        for ago in (LATELY, LONG_AGO):
            count(one, "soft", 1, "d0.example", ago, "mailboxfull")
        folded()
        found = health.compared([one, other])
        assert [name for name, _ in found.domains] == [
            "d1.example",
            *(f"d{n}.example" for n in range(9, 2, -1)),
        ]
        assert found.domains[0][1] == (Counts(hard=11), Counts(hard=50))
        assert found.domains[1][1] == (Counts(hard=19), Counts(sent=200))
        assert found.reasons == (
            ("userunknown", (145, 0)),
            ("hostunknown", (0, 50)),
            ("mailboxfull", (2, 0)),
        )
        assert [row.counts.bounced for row in found.campaigns] == [147, 50]

    def test_folding_changes_nothing_that_is_seen(self):
        one, other = make_campaign(), make_campaign()
        for n in range(30):
            count(one, "hard", 1 + n % 7, f"d{n % 11}.example", 4 * n, "userunknown")
            count(other, "soft", 1 + n % 5, f"d{n % 13}.example", 3 * n, "mailboxfull")
        before = health.compared([one, other])
        assert folded() == 2
        assert health.compared([one, other]) == before

    @pytest.mark.parametrize("number", [1, 60])
    def test_more_domains_reasons_and_days_cost_no_more(self, number, django_assert_num_queries):
        campaigns = [make_campaign(), make_campaign()]
        for campaign in campaigns:
            for n in range(number):
                count(campaign, "hard", 1, f"d{n}.example", 2 * n, "userunknown")
        folded()
        with django_assert_num_queries(10):
            found = health.compared(campaigns)
        assert len(found.domains) == min(number, 8)


class TestMending:
    """As after a worker of the release before, which counted days alone."""

    @pytest.fixture
    def campaign(self):
        campaign = make_campaign()
        count(campaign, "hard", 2, ago=LONG_AGO, reason="userunknown")
        folded()
        CampaignDay.objects.update(hard=3, sent=1000)
        DomainDay.objects.update(hard=3, sent=1000)
        ReasonDay.objects.update(count=3)
        return campaign

    def test_what_differs_is_made_anew(self, campaign):
        assert mended() == folded() == 1
        assert all_add_up()
        assert CampaignTotal.objects.get().sent == DomainTotal.objects.get().sent == 1000
        assert ReasonTotal.objects.get().count == 3

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
        day = TODAY - timedelta(days=LONG_AGO)
        sending.record([SentCount(campaign.pk, day, "a.example", -900)])
        folded()
        assert CampaignTotal.objects.get().sent == 100
        assert all_add_up()

    def test_what_has_no_days_any_more_is_not_made_of_those_left(self, campaign, settings):
        count(campaign, "hard", 5, "old.example", 500, "hostunknown")
        list(totals.delete_old(NOW))
        assert mended() == 1
        folded()
        assert CampaignTotal.objects.get().sent == 1000
        assert DomainTotal.objects.get(domain="old.example").hard == 5
        assert ReasonTotal.objects.get(reason="hostunknown").count == 5

    def test_an_upgrade_sums_up_what_was_counted_before(self):
        for _ in range(3):
            campaign = make_campaign()
            for ago in range(3):
                count(campaign, "hard", 1 + ago, f"d{ago}.example", ago, "userunknown")
        CampaignTotal.objects.all().delete()
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
        assert sum(totals.delete_old(NOW)) == 0  # Not before they are folded.
        folded()
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
        folded()
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
        folded()
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
