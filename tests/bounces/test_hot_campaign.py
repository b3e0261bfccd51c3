"""Several worker processes at one campaign: nobody deadlocks, and all is counted once."""

from __future__ import annotations

import json
import multiprocessing
import random
import threading
import time
from collections import Counter

import pytest
from django.db import connection, connections
from django.db.models import Sum

from bounces import eventing
from bounces.models import BounceEvent, InboundMessage
from bounces.pipeline import process
from bounces.sources.webhooks import receiving
from bounces.storing import Incoming, store
from lists.models import (
    CampaignDay,
    CampaignTotal,
    DomainDay,
    ReasonDay,
    Subscription,
)
from lists.return_paths import return_path
from tests.factories import make_campaign, make_endpoint, make_subscriber
from tests.mails import dsn
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, PROCESSES, BATCH = 240, 4, 30
REPLIES = (("5.1.1", "550 5.1.1 User unknown"), ("4.2.2", "452 4.2.2 Over quota"))


@pytest.fixture(autouse=True)
def _postgresql():
    need_postgresql()


def _mails(campaigns, people) -> list[Incoming]:
    """A bounce of each campaign for each person, hard or soft, and a third of them twice."""
    found = []
    for n, person in enumerate(people):
        for m, campaign in enumerate(campaigns):
            to = return_path(campaign, person)
            status, reply = REPLIES[(n + m) % 2]
            for copy in range(1 + (n % 3 == 0)):
                raw = dsn(
                    person.canonical, to=to, status=status, reply=reply,
                    original_message_id=f"letter-{n}-{m}@example.com",
                    message_id=f"report-{n}-{m}-{copy}@mx.example",
                )  # fmt: skip
                found.append(Incoming(raw, "listener"))
    return found


def _posts(campaign, people) -> list[Incoming]:
    """What a mail service tells of the first campaign: the same people, their mail delivered."""
    endpoint = make_endpoint("json", "a token", counts_sent=True)
    found = []
    for n, person in enumerate(people):
        event = {
            "event": "delivered", "email": person.canonical, "campaign": campaign.pk,
            "message_id": f"told-{n}@example.com", "id": f"event-{n}",
        }  # fmt: skip
        body = f"content-type: application/json\r\n\r\n{json.dumps([event])}".encode()
        found.append(
            Incoming(
                body,
                "webhook",
                content_type=InboundMessage.ContentType.REQUEST,
                endpoint_id=endpoint.pk,
                road=receiving.road_of(endpoint.pk),
            )
        )
    return found


def _slowly(execute, sql, *arguments):
    """Hold what was locked so far for a while, so that others come to want it."""
    if "day" in sql or "endpoint" in sql or "subscri" in sql:
        time.sleep(random.random() / 100)
    return execute(sql, *arguments)


def _work(ids: list[int], seed: int, told) -> None:
    """All messages, in an order of its own: the other processes are at the same ones."""
    dice = random.Random(seed)
    dice.shuffle(ids)
    try:
        with connection.execute_wrapper(_slowly):
            for start in range(0, len(ids), BATCH):
                process(ids[start : start + BATCH])
        told.put("")
    except BaseException as error:
        told.put(f"{type(error).__name__}: {error}")
    finally:
        connections.close_all()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_random_batches_of_several_processes_count_once():
    hot, other = make_campaign(), make_campaign()
    people = [
        make_subscriber(f"person{n}@d{n % 3}.example", hot.mailing_list, other.mailing_list)
        for n in range(PEOPLE)
    ]
    ids = store([*_mails([hot, other], people), *_posts(hot, people)]).ids
    random.shuffle(ids)

    connections.close_all()
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    workers = [context.Process(target=_work, args=(ids, seed, told)) for seed in range(PROCESSES)]
    for worker in workers:
        worker.start()
    assert [told.get(timeout=100) for _ in workers] == [""] * PROCESSES
    for worker in workers:
        worker.join()

    assert Counter(InboundMessage.objects.values_list("state", flat=True)) == {
        "processed": len(ids)
    }
    assert BounceEvent.objects.filter(kind="bounce").count() == 2 * PEOPLE
    half = PEOPLE // 2
    for model in (CampaignDay, CampaignTotal, DomainDay):
        for campaign, delivered in ((hot, PEOPLE), (other, 0)):
            sums = model.objects.filter(campaign=campaign).aggregate(
                *map(Sum, ("hard", "soft", "delivered", "sent"))
            )
            assert list(sums.values()) == [half, half, delivered, delivered]
    assert ReasonDay.objects.aggregate(n=Sum("count"))["n"] == 2 * PEOPLE
    assert Subscription.objects.aggregate(n=Sum("hard_bounces"))["n"] == PEOPLE


def test_two_workers_believe_a_repeated_path_no_more_often_than_one(settings, monkeypatch):
    settings.RETURN_PATH_DAILY_LIMIT = 3
    campaign = make_campaign()
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    to = return_path(campaign, ann)
    raws = [
        dsn(to=to, original_message_id=f"invented-{n}@x.example", message_id=f"{n}@mx.example")
        for n in range(10)
    ]
    ids = store(Incoming(raw, "listener") for raw in raws).ids
    save_and_act = eventing._save_and_act

    def slow(events):
        time.sleep(0.3)  # So that the other one is at it too, whoever is first.
        return save_and_act(events)

    monkeypatch.setattr(eventing, "_save_and_act", slow)
    errors: list[BaseException] = []

    def work(mine: list[int]) -> None:
        try:
            process(mine)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(ids[n::2],)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert errors == []
    assert BounceEvent.objects.filter(trust="verified").count() == 3
    assert BounceEvent.objects.filter(trust="unverified", effect="bounded").count() == 7
