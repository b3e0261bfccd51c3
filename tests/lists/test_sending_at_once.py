"""Reports that come at the same moment, on PostgreSQL, each in a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from lists import reporting, sending
from lists.models import CampaignDay, SentMessage
from lists.sending import SentCount, SentMail
from tests.factories import NOW, make_campaign
from tests.services import need_postgresql

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
DAY = date(2026, 11, 20)
AT_ONCE = 4


def at_once(work):
    """What `work(n)` returned in each of some threads that began together."""
    barrier = Barrier(AT_ONCE)

    def begin(n):
        barrier.wait()
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


@pytest.fixture
def campaign():
    need_postgresql()
    return make_campaign()


def test_the_same_report_at_once_counts_once(campaign):
    def report(n):
        return reporting.take(
            lambda: {"sent": sending.record([SentCount(campaign.pk, DAY, "a.example", 5)]).sent},
            source="api",
            actor="shop",
            digest="d",
            key="k",
        )

    taken = at_once(report)
    assert sorted(t.repeated for t in taken) == [False, True, True, True]
    assert {t.report.outcome["sent"] for t in taken} == {5}
    assert CampaignDay.objects.get().sent == 5


def test_replacing_at_once_leaves_one_of_the_numbers(campaign):
    def report(n):
        sending.record([SentCount(campaign.pk, DAY, "a.example", n + 1)], replace=True)

    at_once(report)
    assert CampaignDay.objects.get().sent in range(1, AT_ONCE + 1)


def test_corrections_and_additions_at_once_do_not_deadlock(campaign):
    domains = [f"d{n}.example" for n in range(200)]
    sending.record([SentCount(campaign.pk, DAY, d, 100) for d in domains])

    def report(n):
        for _ in range(5):
            change = 1 if n % 2 else -1
            sending.record([SentCount(campaign.pk, DAY, d, change) for d in domains])

    at_once(report)
    assert CampaignDay.objects.get().sent == 100 * len(domains)


def test_the_same_messages_at_once_are_counted_once(campaign):
    mails = [SentMail(campaign.pk, f"{n}@mta", f"p{n}@example.net", NOW) for n in range(50)]
    done = at_once(lambda n: sending.record_messages(mails))
    assert sorted(d.sent for d in done) == [0, 0, 0, 50]
    assert SentMessage.objects.count() == CampaignDay.objects.get().sent == 50
