"""A worker that is asked to stop finishes its batch, and leaves the rest to others."""

from __future__ import annotations

import signal

import pytest
from django.db import connection

from bounces.models import InboundMessage
from bounces.storing import Incoming, store
from bounces.waking import wake
from tests.workers import Workers, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]

BATCH = 200


@pytest.fixture
def workers(tmp_path, monkeypatch):
    workers = Workers(tmp_path, monkeypatch, PIPELINE_BATCH_SIZE=str(BATCH))
    yield workers
    workers.stop()


def _left() -> list[tuple[int, bool]]:
    """Of what waits: how often it was tried, and whether somebody is at it."""
    connection.close()
    rows = InboundMessage.objects.pending().values_list("attempts", "claimed_at")
    return [(tries, claimed_at is not None) for tries, claimed_at in rows]


def test_what_it_has_claimed_is_finished_and_the_next_worker_goes_on(workers, settings):
    settings.PIPELINE_BATCH_SIZE = BATCH
    texts = (b"Subject: %d\n\nhello\n" % n for n in range(6000))
    ids = store(Incoming(text, "webhook", road="webhook:1") for text in texts).ids
    worker = workers.worker(concurrency=2)
    wake(len(ids))
    until(lambda: len(_left()) < 5000, 60, workers.tail)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0, workers.tail()

    left = _left()
    assert left, "It was done before it was asked to stop."
    assert set(left) == {(0, False)}

    workers.worker(concurrency=2)
    wake(1)
    until(lambda: not _left(), 60, workers.tail)
