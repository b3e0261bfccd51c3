"""Twenty thousand messages of one mailbox wait, and a bounce by another road is done at once."""

from __future__ import annotations

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

STORM = 20_000
BATCH = 250


@pytest.fixture
def workers(tmp_path, monkeypatch):
    workers = Workers(tmp_path, monkeypatch, PIPELINE_BATCH_SIZE=str(BATCH))
    yield workers
    workers.stop()


def test_a_storm_by_one_road_holds_up_no_other(workers, settings):
    settings.PIPELINE_BATCH_SIZE = 50  # A mailbox announces fifty messages at a time.
    wake(len(_storm()))
    worker = workers.worker(concurrency=1)
    until(lambda: _done("mailbox:1") >= BATCH, 30, workers.tail)

    before = _done("mailbox:1")
    wake(len(store([Incoming(b"Subject: late\n\nI am not here.\n", "listener")]).ids))
    until(lambda: _done("listener"), 30, workers.tail)

    # The batch that was under way, the next one, and what was committed before anyone looked.
    assert _done("mailbox:1") - before <= 3 * BATCH
    assert InboundMessage.objects.pending().count() > STORM / 2
    assert worker.poll() is None


def _storm() -> list[int]:
    texts = (b"Subject: storm %d\n\nI am not here.\n" % n for n in range(STORM))
    return store(Incoming(text, "mailbox", road="mailbox:1") for text in texts).ids


def _done(road: str) -> int:
    connection.close()
    return InboundMessage.objects.filter(road=road).exclude(state="pending").count()
