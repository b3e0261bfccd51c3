from datetime import date

import pytest

from lists.counting import Count, add
from lists.models import CampaignDay, DomainDay, ReasonDay
from lists.sending import report_sent
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def test_counts_add_up_over_calls():
    campaign = make_campaign()
    for _ in range(2):
        add(
            [
                Count(campaign.pk, DAY, "a.example", "hard", reason="userunknown"),
                Count(campaign.pk, DAY, "b.example", "hard", 2, reason="userunknown"),
                Count(campaign.pk, DAY, "b.example", "unverified"),
            ]
        )
    total = CampaignDay.objects.get()
    assert (total.hard, total.unverified, total.sent) == (6, 2, 0)
    assert DomainDay.objects.get(domain="b.example").hard == 4
    assert ReasonDay.objects.get().count == 6


def test_sends_are_the_denominator():
    campaign = make_campaign()
    report_sent(campaign, DAY, {"A.example": 10, "b.example": 5})
    report_sent(campaign, DAY, {"a.example": 1})
    assert CampaignDay.objects.get().sent == 16
    assert DomainDay.objects.get(domain="a.example").sent == 11


def test_thousands_of_domains_take_few_statements(django_assert_max_num_queries):
    campaign = make_campaign()
    with django_assert_max_num_queries(8):
        add(Count(campaign.pk, DAY, f"d{n}.example", "sent") for n in range(2500))
    assert CampaignDay.objects.get().sent == 2500


def test_nothing_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        add([])
