"""Every road gets its share of each batch, whatever another brings."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bounces import picking
from bounces.models import InboundMessage
from bounces.picking import pick, process_next
from bounces.pipeline import claim
from bounces.storing import Incoming, store
from lists import announcing

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch) -> list[str]:
    """The tasks that workers were told of."""
    found: list[str] = []
    monkeypatch.setattr(announcing, "_send", lambda task, _arguments: found.append(task))
    return found


def arrive(road: str, number: int, size: int = 20) -> list[int]:
    """Messages by a road; each says its number, so that none is another's duplicate."""
    texts = (f"Subject: {road} {n}\n\n".ljust(size, ".").encode() for n in range(number))
    return store(Incoming(text, "webhook", road=road) for text in texts).ids


def by_road(ids: list[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for road in InboundMessage.objects.filter(pk__in=ids).values_list("road", flat=True):
        found[road] = found.get(road, 0) + 1
    return found


def test_a_single_road_has_the_whole_batch_oldest_first():
    ids = arrive("webhook:1", 30)
    assert pick(20) == picking.Picked(ids[:20], has_more=True)


def test_what_another_road_brought_later_is_in_the_next_batch():
    arrive("webhook:1", 100)
    (late,) = arrive("mailbox:7", 1)
    picked = pick(20)
    assert late in picked.ids
    assert len(picked.ids) == 20


def test_busy_roads_share_what_the_others_leave():
    for road, number in (("a", 50), ("b", 2), ("c", 50)):
        arrive(road, number)
    assert by_road(pick(20).ids) == {"a": 9, "b": 2, "c": 9}


def test_there_is_no_more_where_all_was_picked():
    arrive("a", 3)
    arrive("b", 2)
    assert not pick(20).has_more


def test_what_another_worker_is_at_is_left_to_it():
    claim(arrive("a", 5))
    assert pick(20) == picking.Picked([], has_more=False)


def test_of_very_many_roads_some_are_drawn(monkeypatch):
    monkeypatch.setattr(picking, "_MOST_ROADS", 3)
    for number in range(8):
        arrive(f"webhook:{number}", 10)
    picked = pick(9)
    assert sorted(by_road(picked.ids).values()) == [3, 3, 3]
    assert picked.has_more


def test_a_batch_has_no_more_bytes_than_fit(monkeypatch):
    monkeypatch.setattr(picking, "_MOST_BYTES", 1000)
    large = arrive("a", 3, size=600)
    assert pick(20) == picking.Picked(large[:1], has_more=True)


def test_one_that_is_larger_than_a_batch_is_picked_all_the_same(monkeypatch):
    monkeypatch.setattr(picking, "_MOST_BYTES", 100)
    assert pick(20).ids == []
    (large,) = arrive("a", 1, size=600)
    assert pick(20).ids == [large]


def test_what_was_tried_before_takes_the_room_of_many():
    ids = arrive("a", 10)
    InboundMessage.objects.update(attempts=1, claimed_at=None)
    assert pick(60) == picking.Picked(ids[:3], has_more=True)


def test_whoever_leaves_something_announces_it(
    settings, announced, django_capture_on_commit_callbacks
):
    settings.PIPELINE_BATCH_SIZE = 10
    arrive("a", 25)
    tasks_left = []
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            process_next()
        tasks_left.append(len(announced))
    assert tasks_left == [1, 2, 2]
    assert not InboundMessage.objects.pending().exists()


def test_where_another_worker_was_quicker_the_next_batch_is_taken(monkeypatch):
    taken, left = arrive("a", 5), arrive("b", 5)
    real = picking.pick
    looks: list[picking.Picked] = []

    def slow(most: int) -> picking.Picked:
        picked = real(most)
        if not looks:
            picked = picking.Picked(taken, has_more=False)
            InboundMessage.objects.filter(pk__in=taken).update(claimed_at=timezone.now())
        looks.append(picked)
        return picked

    monkeypatch.setattr(picking, "pick", slow)
    assert sum(process_next().values()) == 5
    assert [picked.ids for picked in looks] == [taken, left]


def test_the_roads_are_told_by_the_sources():
    store([Incoming(b"Subject: a\n\n", "listener"), Incoming(b"Subject: b\n\n", "pipe")])
    assert set(InboundMessage.objects.values_list("road", flat=True)) == {"listener", "pipe"}
