"""Who fetches when: one worker at a time, on schedule, less often after errors."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bounces import roads
from bounces.models import Mailbox, MailboxRun, RoadState
from bounces.sources.mailbox import fetching, leasing, scheduling
from bounces.sources.mailbox.fetching import back_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(tmp_path, settings):
    settings.MAILDIR_ROOTS = [str(tmp_path)]
    (tmp_path / "new").mkdir()
    return Mailbox.objects.create(
        name="Spool", protocol="maildir", folder=str(tmp_path), afterwards="leave"
    )


@pytest.fixture
def told(monkeypatch):
    found = []
    monkeypatch.setattr(
        "celery.Celery.send_task", lambda self, name, args: found.append((name, args))
    )
    return found


def test_a_mailbox_that_another_worker_is_at_is_left_to_it(box):
    leasing.take(box.pk)

    assert fetching.fetch(box.pk) is None
    assert not MailboxRun.objects.exists()


def test_a_dead_worker_s_lease_runs_out_and_its_run_is_called_cut_off(box):
    leasing.take(box.pk)
    box.runs.create()
    Mailbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert fetching.fetch(box.pk).outcome == "done"
    assert [run.outcome for run in box.runs.order_by("id")] == ["lost", "done"]


def test_who_lost_the_lease_acknowledges_nothing_more(box, tmp_path, monkeypatch):
    (tmp_path / "new" / "1.host").write_bytes(b"Subject: x\n\nx\n")
    real = fetching.store

    def slow(found):
        done = real(found)
        Mailbox.objects.update(lease_token=None)
        return done

    monkeypatch.setattr(fetching, "store", slow)

    assert fetching.fetch(box.pk).outcome == "lost"
    assert (tmp_path / "new" / "1.host").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_fetches(box):
    taken = []
    barrier = threading.Barrier(2)

    def work():
        barrier.wait()
        taken.append(leasing.take(box.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(lease is not None for lease in taken) == 1


def test_what_is_due_is_announced_once(box, told):
    assert scheduling.announce_due() == 1
    assert scheduling.announce_due() == 0
    assert told == [("bounces.tasks.fetch_mailbox", [box.pk])]

    Mailbox.objects.update(announced_at=timezone.now() - timedelta(minutes=6))
    assert scheduling.announce_due() == 1


def test_a_paused_mailbox_is_fetched_only_when_asked(box, told):
    Mailbox.objects.update(is_active=False)
    assert scheduling.announce_due() == 0

    scheduling.fetch_now(box)
    assert told == [("bounces.tasks.fetch_mailbox", [box.pk])]


def test_a_dead_broker_leaves_it_for_the_next_time(box, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("celery.Celery.send_task", refuse)
    assert scheduling.announce_due() == 0
    assert Mailbox.objects.due().exists()


def test_after_errors_it_is_tried_less_often_and_after_success_as_before(box, tmp_path):
    (tmp_path / "new").rmdir()
    waits = []
    for _ in range(3):
        fetching.fetch(box.pk)
        box.refresh_from_db()
        waits.append(round((box.next_run_at - timezone.now()) / timedelta(minutes=1)))
    assert waits == [10, 20, 40]
    assert RoadState.objects.get().is_failing

    (tmp_path / "new").mkdir()
    fetching.fetch(box.pk)
    box.refresh_from_db()
    assert box.failures == 0
    assert not RoadState.objects.get().is_failing


@pytest.mark.parametrize(
    ("every", "failures", "minutes"), [(5, 0, 5), (5, 1, 10), (5, 99, 360), (1440, 3, 1440)]
)
def test_the_longest_wait_is_six_hours_or_the_schedule_s_own(every, failures, minutes):
    assert back_off(every, failures) == timedelta(minutes=minutes)


def test_only_the_newest_runs_are_kept(box):
    MailboxRun.objects.bulk_create([MailboxRun(mailbox=box, outcome="done") for _ in range(60)])

    fetching.fetch(box.pk)

    assert box.runs.count() == 50


def test_the_state_of_a_busy_road_is_not_written_for_every_message(django_assert_num_queries):
    roads.worked("listener", "Listener")
    with django_assert_num_queries(0):
        roads.worked("listener", "Listener")
    roads.failed("listener", "Listener", "The database was away.")
    assert roads.states()[0].is_failing
    roads.worked("listener", "Listener")
    assert not roads.states()[0].is_failing
