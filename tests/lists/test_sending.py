"""Sends reported, corrected and reported again."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from lists.models import CampaignDay, DomainDay, SendReport, SentMessage, Subscriber
from lists.reporting import KEPT, KeyReusedError, delete_old_reports, take
from lists.return_paths import digest_of_message_id
from lists.sending import BelowZeroError, SentCount, SentMail, record, record_messages
from tests.factories import NOW, make_campaign

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def sent(campaign, domain="a.example"):
    row = DomainDay.objects.get(campaign=campaign, domain=domain)
    return row.sent, row.delivered


def test_a_report_adds_to_the_one_before():
    campaign = make_campaign()
    record([SentCount(campaign.pk, DAY, "a.example", 10, 8)])
    change = record([SentCount(campaign.pk, DAY, "a.example", 5), *[]])
    assert (change.sent, change.delivered) == (5, 0)
    assert sent(campaign) == (15, 8)


def test_a_replacing_report_says_what_is_and_leaves_what_it_does_not_name():
    campaign = make_campaign()
    record([SentCount(campaign.pk, DAY, d, 10, 8) for d in ("a.example", "b.example")])
    change = record([SentCount(campaign.pk, DAY, "a.example", sent=4)], replace=True)
    assert (change.sent, change.delivered) == (-6, 0)
    assert sent(campaign) == (4, 8)
    assert sent(campaign, "b.example") == (10, 8)
    total = CampaignDay.objects.get()
    assert (total.sent, total.delivered) == (14, 16)


def test_replacing_what_was_never_reported_reports_it():
    campaign = make_campaign()
    record([SentCount(campaign.pk, DAY, "a.example", 4)], replace=True)
    assert sent(campaign) == (4, 0)


def test_a_replacing_report_twice_is_the_same_as_once():
    campaign = make_campaign()
    for _ in range(2):
        record([SentCount(campaign.pk, DAY, "a.example", 4, 3)], replace=True)
    assert sent(campaign) == (4, 3)


def test_a_correction_below_zero_takes_back():
    campaign = make_campaign()
    record([SentCount(campaign.pk, DAY, "a.example", 10, 8)])
    record([SentCount(campaign.pk, DAY, "a.example", -4), SentCount(campaign.pk, DAY, "b.test", 1)])
    assert sent(campaign) == (6, 8)
    assert CampaignDay.objects.get().sent == 7


def test_more_than_was_reported_cannot_be_taken_back():
    campaign = make_campaign()
    record([SentCount(campaign.pk, DAY, "a.example", 3)])
    with pytest.raises(BelowZeroError, match=r"2026-11-20 at a.example: 3 are reported as sent"):
        record(
            [
                SentCount(campaign.pk, DAY, "b.example", 7),
                SentCount(campaign.pk, DAY, "a.example", -4),
            ]
        )
    assert sent(campaign) == (3, 0)
    assert not DomainDay.objects.filter(domain="b.example").exists()


def test_bounces_stay_when_sends_are_corrected():
    campaign = make_campaign()
    record([SentCount(campaign.pk, DAY, "a.example", 10)])
    CampaignDay.objects.update(hard=2)
    DomainDay.objects.update(hard=2)
    record([SentCount(campaign.pk, DAY, "a.example", 1)], replace=True)
    assert (CampaignDay.objects.get().hard, CampaignDay.objects.get().sent) == (2, 1)


def test_ten_thousand_domains_cost_a_few_queries(django_assert_max_num_queries):
    campaign = make_campaign()
    counts = [SentCount(campaign.pk, DAY, f"d{n}.example", 1) for n in range(10_000)]
    with django_assert_max_num_queries(15):
        record(counts)
    with django_assert_max_num_queries(30):
        record(counts, replace=True)


def mail(campaign, number, address="ann@example.net"):
    return SentMail(campaign.pk, f"<{number}@mta.example.com>", address, NOW)


def test_messages_are_remembered_and_counted_once():
    campaign = make_campaign()
    mails = [mail(campaign, 1), mail(campaign, 2, "bob@example.org")]
    first, second = record_messages(mails), record_messages(mails)
    assert (first.messages, first.sent) == (2, 2)
    assert (second.messages, second.sent) == (0, 0)
    assert sent(campaign, "example.net") == (1, 0)
    row = SentMessage.objects.get(digest=digest_of_message_id("1@mta.example.com"))
    assert (row.campaign, row.subscriber.canonical) == (campaign, "ann@example.net")


def test_one_id_for_many_people_is_remembered_and_not_counted():
    campaign = make_campaign()
    done = record_messages([mail(campaign, 1, "")])
    assert (done.messages, done.sent) == (1, 0)
    assert SentMessage.objects.get().subscriber is None


def test_messages_whose_numbers_come_by_themselves_are_not_counted():
    campaign = make_campaign()
    assert record_messages([mail(campaign, 1)], count=False).sent == 0
    assert not DomainDay.objects.exists()
    assert Subscriber.objects.get().canonical == "ann@example.net"


def taken(work, key="k", digest="d"):
    return take(work, source="api", actor="shop", digest=digest, key=key)


def test_the_same_key_counts_once_and_has_the_same_answer():
    done = []

    def work():
        done.append(1)
        return {"sent": len(done)}

    first, second = taken(work), taken(work)
    assert (first.repeated, second.repeated) == (False, True)
    assert first.report.outcome == second.report.outcome == {"sent": 1}
    assert done == [1]


def test_the_same_key_for_another_report_is_refused():
    taken(dict)
    with pytest.raises(KeyReusedError):
        taken(dict, digest="other")


def test_a_report_that_fails_leaves_its_key_unused():
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taken(fail)
    assert not taken(dict).repeated


def test_reports_without_a_key_always_count():
    assert not taken(dict, key=None).repeated
    assert not taken(dict, key=None).repeated


def test_old_reports_are_forgotten():
    taken(dict)
    SendReport.objects.update(created_at=timezone.now() - KEPT - (NOW - NOW.replace(hour=0)))
    taken(dict, key="new")
    assert sum(delete_old_reports()) == 1
    assert SendReport.objects.get().key == "new"
