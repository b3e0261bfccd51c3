"""A group commit: who comes at once is stored at once, and each is answered for itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import DataError, OperationalError

from bounces import storing
from bounces.models import InboundMessage
from bounces.storing import Incoming, Stored, digest_of
from bounces.storing_together import Together


class Database:
    """Stores when it is let; keeps what it was asked to store, a list a turn."""

    def __init__(self) -> None:
        self.turns: list[list[bytes]] = []
        self.known: set[str] = set()
        self.free = threading.Event()
        self.asked = threading.Semaphore(0)
        self.trouble: Exception | None = None

    def store(self, messages: Sequence[Incoming]) -> Stored:
        self.turns.append([message.raw for message in messages])
        self.asked.release()
        assert self.free.wait(10)
        if self.trouble is not None:
            raise self.trouble
        if any(message.raw == b"poison" for message in messages):
            raise DataError("what is this")
        digests = [digest_of(message) for message in messages if message.raw.strip()]
        new = set(digests) - self.known
        self.known |= new
        return Stored(ids=[1] * len(new), digests=new, duplicates=len(digests) - len(new))


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def woken() -> list[int]:
    return []


@pytest.fixture
def crowd(database, woken):
    """Has the first of the messages in its turn when the others come: (messages) -> futures."""
    together = Together(database.store, woken.append)

    def come(first: bytes, *others: bytes) -> list[Future]:
        futures = [pool.submit(together.store, Incoming(first, "webhook"))]
        assert database.asked.acquire(timeout=10)
        for number, raw in enumerate(others, 1):
            futures.append(pool.submit(together.store, Incoming(raw, "webhook")))
            _until(lambda number=number: len(together._queue) == number)
        database.free.set()
        return futures

    with ThreadPoolExecutor(20) as pool:
        yield come


def _until(holds) -> None:
    for _ in range(1000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise TimeoutError


def test_those_who_come_while_one_is_stored_share_the_next_turn(crowd, database, woken):
    futures = crowd(b"0", b"1", b"2", b"3")
    assert [future.result(10) for future in futures] == ["stored"] * 4
    assert database.turns == [[b"0"], [b"1", b"2", b"3"]]
    assert sum(woken) == 4


def test_each_is_told_whether_it_was_known(crowd):
    futures = crowd(b"0", b"0", b"1", b"1", b" ")
    assert [future.result(10) for future in futures] == [
        "stored", "duplicate", "stored", "duplicate", "refused",
    ]  # fmt: skip


def test_where_the_commit_fails_nobody_is_acknowledged(crowd, database, woken):
    database.trouble = OperationalError("the server went away")
    futures = crowd(b"0", b"1", b"2")
    for future in futures:
        with pytest.raises(OperationalError, match="went away"):
            future.result(10)
    assert len(database.turns) == 2
    assert not woken


def test_one_that_cannot_be_stored_does_not_hurt_the_others(crowd):
    futures = crowd(b"0", b"1", b"poison", b"2")
    with pytest.raises(DataError):
        futures[2].result(10)
    assert [futures[n].result(10) for n in (0, 1, 3)] == ["stored"] * 3


def test_a_broker_that_raises_keeps_nobody_from_the_next_turn(database):
    def wake(number: int) -> None:
        raise RuntimeError("no broker")

    database.free.set()
    together = Together(database.store, wake)
    for n in range(2):
        with pytest.raises(RuntimeError):
            together.store(Incoming(b"%d" % n, "webhook"))
    assert len(database.turns) == 2


def test_a_turn_is_bounded(crowd, database):
    large = [bytes([65 + n]) * 7_000_000 for n in range(4)]
    for future in crowd(b"0", *large):
        assert future.result(10) == "stored"
    assert [len(turn) for turn in database.turns] == [1, 2, 2]


@pytest.mark.django_db
def test_with_the_real_store_it_is_in_the_database():
    together = Together(storing.store, lambda number: None)
    message = Incoming(b"To: a@example.net\n\nx", "webhook")
    assert together.store(message) == "stored"
    assert together.store(message) == "duplicate"
    assert InboundMessage.objects.count() == 1
