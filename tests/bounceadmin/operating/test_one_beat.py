"""Two schedulers announce each task once, and when one dies the other goes on."""

from datetime import timedelta

import pytest
from celery.schedules import schedule
from django.db import connection

from bounceadmin.celery import app
from bounceadmin.operating.one_beat import DatabaseLock, FileLock, OneBeat, beat_lock


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def beats(data_dir, monkeypatch, transactional_db):
    """Two schedulers of one task that is always due, and who announced it."""
    announced = []

    def make(name):
        beat = OneBeat(app, lazy=True, schedule_filename=str(data_dir / name))
        beat.setup_schedule()
        beat.schedule.clear()
        beat.add(name="t", task="t", schedule=schedule(timedelta(0)))
        monkeypatch.setattr(beat, "apply_entry", lambda *_, **__: announced.append(name))
        return beat

    made = [make("first"), make("second")]
    yield (*made, announced)
    for beat in made:
        beat.close()


def test_only_one_announces(beats):
    first, second, announced = beats
    for _ in range(3):
        first.tick()
        second.tick()
    assert announced == ["first"] * 3


def test_the_other_goes_on_when_it_has_gone(beats):
    first, second, announced = beats
    first.tick()
    second.tick()
    first._lock.release()  # As its process' death does.
    second.tick()
    first.tick()
    assert announced == ["first", "second"]


def test_who_stands_by_asks_again_within_seconds(beats):
    first, second, _ = beats
    first.tick()
    assert 0 < second.tick() <= 10


def test_celery_beat_uses_it(settings):
    assert settings.CELERY_BEAT_SCHEDULER == "bounceadmin.operating.one_beat:OneBeat"


@pytest.mark.django_db
def test_the_lock_is_of_the_database_where_that_has_locks():
    kind = DatabaseLock if connection.vendor == "postgresql" else FileLock
    assert isinstance(beat_lock(), kind)


@pytest.mark.django_db(transaction=True)
def test_a_lost_session_has_lost_the_lock():
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL")
    lock, other = DatabaseLock(), DatabaseLock()
    try:
        assert lock.held()
        with connection.cursor() as cursor:
            pid = lock._session.connection.info.backend_pid
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert other.held()
        assert not lock.held()
    finally:
        lock.release()
        other.release()


def test_a_file_is_locked_by_one_at_a_time(data_dir):
    first, second = FileLock(), FileLock()
    assert (first.held(), second.held(), first.held()) == (True, False, True)
    first.release()
    assert second.held()
    second.release()
