"""What is old goes piece by piece, and a turn ends between two of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from lists import jobs, stopping, tidying
from lists.models import Note, SendImport
from lists.models.send_imports import RefusedSendRow, SendImportChunk
from tests.factories import make_list
from tests.holding import held_elsewhere
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(tidying, "announce", found.append)
    return found


def notes(number: int) -> None:
    about = make_list()
    for n in range(number):
        Note.objects.create(mailing_list=about, text=str(n))


def test_a_turn_does_all_its_works_where_there_is_time(announced):
    done = []

    def work(name):
        for n in range(2):
            done.append((name, n))
            yield 1

    assert tidying.turn("task", work("a"), work("b"))
    assert done == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    assert announced == []


def test_it_ends_after_its_time_and_announces_the_next(announced, monkeypatch):
    monkeypatch.setattr(tidying, "TURN_SECONDS", 0)
    pieces = iter([1, 1])
    assert not tidying.turn("task", pieces)
    assert (announced, list(pieces)) == (["task"], [1])


def test_it_passes_over_what_stays_however_long_that_takes(announced, monkeypatch):
    """Else the next turn would begin before the same again, and none get further."""
    monkeypatch.setattr(tidying, "TURN_SECONDS", 0)
    pieces = iter([0, 0, 1, 0])
    assert not tidying.turn("task", pieces)
    assert list(pieces) == [0]


def test_it_ends_where_its_process_is_asked_to(announced, monkeypatch):
    monkeypatch.setattr(stopping, "is_asked", lambda: True)
    pieces = iter([0, 1])
    assert not tidying.turn("task", pieces)
    assert list(pieces) == [1]


def test_rows_go_in_pieces():
    notes(5)
    assert list(tidying.delete(Note.objects.all(), at_once=2)) == [2, 2, 1]
    assert not Note.objects.exists()


def test_those_that_are_not_meant_stay():
    notes(5)
    assert sum(tidying.delete(Note.objects.filter(text__lt="3"), at_once=2)) == 3
    assert Note.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_somebody_is_at_stays_for_the_next_time():
    need_postgresql()
    notes(3)
    one = Note.objects.select_for_update().filter(text="1")
    with held_elsewhere(one.get):
        assert sum(tidying.delete(Note.objects.all(), at_once=1)) == 2
    assert sum(tidying.delete(Note.objects.all())) == 1


def test_a_large_file_goes_as_a_whole_after_its_refused_rows(announced, monkeypatch):
    """Cut off in between, it is either complete or gone."""
    monkeypatch.setattr(tidying, "TURN_SECONDS", 0)
    monkeypatch.setattr(tidying, "ROWS_AT_ONCE", 2)
    old = timezone.now() - jobs.KEPT - timedelta(days=1)
    for _ in range(2):
        job = SendImport.objects.create(
            file_name="sends.csv", state="cancelled", created_at=old, created_by="olga"
        )
        for n in range(3):
            SendImportChunk.objects.create(job=job, number=n, data=b"x")
            RefusedSendRow.objects.create(job=job, number=n, text="?", why="?")
    seen = []
    while not tidying.turn("task", jobs.delete_old()):
        seen.append((RefusedSendRow.objects.count(), SendImportChunk.objects.count()))
    assert seen == [(4, 6), (2, 6), (0, 6), (0, 3), (0, 0)]
