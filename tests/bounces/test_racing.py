"""Two workers with two reports of one bounce, at the same moment."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from bounces import eventing
from bounces.models import BounceEvent
from bounces.pipeline import process
from bounces.storing import Incoming, store
from lists import bulk
from lists.models import CampaignDay, Suppression, SuppressionLog
from lists.return_paths import return_path
from tests.factories import make_campaign, make_subscriber
from tests.mails import dsn
from tests.services import need_postgresql

# Threads with connections of their own see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reports() -> list[int]:
    """Two messages of two MTAs about one mail to one person."""
    campaign = make_campaign()
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    to = return_path(campaign, ann)
    raws = [
        dsn(to=to, original_message_id="letter@example.com", message_id=f"report-{n}@mx.example")
        for n in range(2)
    ]
    return store([Incoming(raw, "listener") for raw in raws]).ids


def counted_once() -> None:
    event = BounceEvent.objects.get()
    assert event.effect == "suppress"
    assert Suppression.objects.get().evidence == f"event:{event.pk}"
    assert SuppressionLog.objects.count() == 1
    assert CampaignDay.objects.get().hard == 1


def test_both_are_processed_and_it_counts_once(reports):
    need_postgresql()
    start = threading.Barrier(2)
    errors: list[BaseException] = []

    def work(pk: int) -> None:
        try:
            start.wait(10)
            process([pk])
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(pk,)) for pk in reports]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert errors == []
    counted_once()


def test_what_was_done_about_an_event_that_another_saved_is_undone(reports, monkeypatch):
    lost = []

    def quicker(rows):
        """Somebody else saves the event first, once."""
        if rows and isinstance(rows[0], BounceEvent) and not lost:
            lost.append(rows)
            return 0
        return bulk_insert(rows)

    bulk_insert = bulk.insert
    monkeypatch.setattr(eventing.bulk, "insert", quicker)
    process(reports)
    assert lost
    counted_once()
