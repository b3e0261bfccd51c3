"""Keys of events go some time after their events, in turns, whatever ends one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bounces import housekeeping, tasks
from bounces.housekeeping import delete_old_keys, has_old_keys
from bounces.models import SeenEvent
from lists import tidying
from tests.factories import make_event

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, tzinfo=UTC)
KEPT_SINCE = datetime(2026, 9, 1, tzinfo=UTC).date()


@pytest.fixture(autouse=True)
def _two_at_once(settings, monkeypatch):
    settings.EVENT_DROP_MONTHS = 2
    monkeypatch.setattr(housekeeping, "_KEYS_AT_ONCE", 2)


def keys(*days_before: int) -> None:
    """One for each, in their order: so many days before the first that is kept."""
    for number, days in enumerate(days_before):
        SeenEvent.objects.create(key=UUID(int=number), day=KEPT_SINCE - timedelta(days=days))


def left() -> list[int]:
    return [key.int for key in SeenEvent.objects.order_by("key").values_list("key", flat=True)]


def test_those_of_months_whose_events_are_dropped_go():
    keys(1, 0, 40, -30, 1)
    assert delete_old_keys(NOW, "", 60) == ""
    assert left() == [1, 3]


def test_a_turn_says_where_the_next_one_goes_on():
    keys(1, 0, 1, 0, 1)
    place = delete_old_keys(NOW, "", 0)
    assert left() == [1, 2, 3, 4]
    place = delete_old_keys(NOW, place, 0)
    assert left() == [1, 3, 4]
    assert delete_old_keys(NOW, place, 0) == ""
    assert left() == [1, 3]


def test_whether_some_are_left_is_seen_wherever_a_turn_was_cut_off():
    keys(*[1] * 5)
    place = ""
    while True:
        assert has_old_keys(NOW)
        place = delete_old_keys(NOW, place, 0)
        if not place:
            break
    assert not has_old_keys(NOW)


def test_all_stay_unless_told_otherwise(settings):
    settings.EVENT_DROP_MONTHS = 0
    keys(1, 1)
    assert not has_old_keys(NOW)
    assert delete_old_keys(NOW, "", 60) == ""
    assert left() == [0, 1]


def test_each_turn_announces_the_next_with_its_place(monkeypatch):
    announced = []
    monkeypatch.setattr(tasks, "announce", lambda *call: announced.append(call))
    monkeypatch.setattr(tidying, "TURN_SECONDS", 0)
    keys(*[900] * 5)
    make_event(occurred_at=datetime(2001, 1, 1, tzinfo=UTC), forgotten_at=NOW)
    monkeypatch.setattr(tidying, "turn", lambda task, *works: [list(work) for work in works])
    tasks.forget_old_events()
    turns = 0
    while announced:
        task, *place = announced.pop()
        assert task == "bounces.tasks.delete_old_keys"
        tasks.delete_old_keys(*place)
        turns += 1
    assert (turns, left()) == (3, [])
