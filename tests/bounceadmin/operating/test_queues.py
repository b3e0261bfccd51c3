"""Where work waits: every task has its queue, and nothing slow stands in front of a bounce."""

from __future__ import annotations

import pytest

from bounceadmin.celery import app
from bounceadmin.queues import BOUNCES, DEFAULT, QUEUES, ROUTES


def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith(("celery.", "tests."))}


def test_every_task_has_its_queue_and_every_queue_its_tasks():
    assert set(ROUTES) == ours()
    assert set(ROUTES.values()) == set(QUEUES)


def test_only_bounces_wait_for_bounces():
    assert [task for task, queue in ROUTES.items() if queue == BOUNCES] == [
        "bounces.tasks.process_inbound"
    ]


@pytest.mark.parametrize("task", ROUTES)
def test_celery_sends_a_task_to_its_queue(task):
    sent_to = app.amqp.router.route({}, task)["queue"]
    assert (sent_to.name, sent_to.routing_key) == (ROUTES[task].name, ROUTES[task].name)


def test_what_an_earlier_release_announced_is_still_taken():
    # It knew one queue, that of Celery's default.
    assert DEFAULT.name == "celery"
    assert set(app.amqp.queues.consume_from) == {queue.name for queue in QUEUES}


def test_what_is_announced_regularly_does_not_pile_up():
    regular = [e for e in app.conf.beat_schedule.values() if isinstance(e["schedule"], float)]
    assert regular
    assert all(entry["options"]["expires"] >= entry["schedule"] for entry in regular)
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(ROUTES)
