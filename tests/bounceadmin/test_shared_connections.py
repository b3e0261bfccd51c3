"""Many threads share a few connections to PostgreSQL, and none suffers for what another did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import NO_DB_ALIAS

from bounceadmin import shared_connections
from bounceadmin.shared_connections import base
from bounceadmin.shared_connections.base import DatabaseWrapper, NoneFreeError
from tests.services import need_postgresql

NUMBER = 3


class Threads:
    """As a web process has them: each with its wrapper, which ends its request in the end."""

    def __init__(self, name: str, **settings: object) -> None:
        self.name = name
        self._settings = connection.settings_dict | {
            "OPTIONS": {"application_name": name},
            "SHARED_CONNECTIONS": NUMBER,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
        self._settings |= settings

    def wrapper(self) -> DatabaseWrapper:
        return DatabaseWrapper(dict(self._settings), alias=self.name)

    @contextmanager
    def request(self) -> Iterator[DatabaseWrapper]:
        database = self.wrapper()
        database.inc_thread_sharing()
        try:
            yield database
        finally:
            database.close_if_unusable_or_obsolete()

    def ask(self, question: str = "SELECT pg_backend_pid()", hold: Callable = int) -> object:
        with self.request() as database, database.cursor() as cursor:
            cursor.execute(question)
            hold()
            return cursor.fetchone()[0]

    def backends(self) -> list[int]:
        with connection.cursor() as cursor:
            # Otherwise a transaction goes on seeing what it once saw.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.name]
            )
            return [pid for (pid,) in cursor.fetchall()]

    def end_backends(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = %s",
                [self.name],
            )


@pytest.fixture
def threads(db, request) -> Iterator[Threads]:
    need_postgresql()
    threads = Threads(f"shared-{request.node.name}"[:60])
    yield threads
    DatabaseWrapper._of_process.pop(threads.name).close()


def all_at_once(threads: Threads) -> set[object]:
    """As many requests at one moment as there may be connections; what served them."""
    together = threading.Barrier(NUMBER, timeout=10)
    with ThreadPoolExecutor(NUMBER) as pool:
        return {f.result() for f in [pool.submit(threads.ask, hold=together.wait) for _ in "abc"]}


def test_only_postgresql_in_a_web_process_shares():
    postgresql = {"ENGINE": "django.db.backends.postgresql"}
    shared_connections.share(postgresql, 5)
    assert postgresql == {"ENGINE": "bounceadmin.shared_connections", "SHARED_CONNECTIONS": 5}
    for engine, number in (("django.db.backends.sqlite3", 5), ("django.db.backends.postgresql", 0)):
        other = {"ENGINE": engine}
        shared_connections.share(other, number)
        assert other == {"ENGINE": engine}


def test_any_number_of_threads_has_no_more_connections_than_are_allowed(threads):
    with ThreadPoolExecutor(40) as pool:
        served = set(pool.map(lambda _: threads.ask("SELECT pg_backend_pid()"), range(200)))
    assert 1 <= len(served) <= NUMBER
    assert set(threads.backends()) <= served


def test_requests_after_each_other_use_one(threads):
    assert len({threads.ask() for _ in range(5)}) == 1


def test_one_that_finds_none_free_waits_for_one(threads):
    together = threading.Barrier(NUMBER + 1, timeout=10)
    with ThreadPoolExecutor(NUMBER + 1) as pool:
        holding = [pool.submit(threads.ask, hold=together.wait) for _ in range(NUMBER)]
        waiting = pool.submit(threads.ask)
        together.wait()
        assert waiting.result(10) in {one.result(10) for one in holding}


def test_one_that_waits_too_long_is_told_and_takes_nobodys_place(threads, monkeypatch):
    monkeypatch.setattr(base, "SECONDS", 0.01)
    together = threading.Barrier(NUMBER + 1, timeout=10)
    with ThreadPoolExecutor(NUMBER) as pool:
        holding = [pool.submit(threads.ask, hold=together.wait) for _ in range(NUMBER)]
        while together.n_waiting < NUMBER:
            time.sleep(0.01)
        with pytest.raises(NoneFreeError, match="All 3 connections"):
            threads.ask()
        together.wait()
        assert all(one.result(10) for one in holding)
    assert len(all_at_once(threads)) == NUMBER


def test_a_database_that_was_started_anew_is_noticed_by_nobody(threads):
    before = all_at_once(threads)
    threads.end_backends()
    assert threads.ask() not in before
    assert not all_at_once(threads) & before


def test_a_connection_that_breaks_in_a_request_is_not_kept(threads):
    with pytest.raises(OperationalError), threads.request() as database:
        database.ensure_connection()
        threads.end_backends()
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
    assert threads.ask("SELECT 5") == 5
    assert len(all_at_once(threads)) == NUMBER


def test_a_database_that_is_away_is_said_at_once_to_everybody(threads):
    away = Threads(threads.name, PORT=1, HOST="127.0.0.1")
    for _ in range(2 * NUMBER):
        with pytest.raises(OperationalError, match="refused"):
            away.ask()
    assert threads.ask("SELECT 5") == 5


def test_what_is_left_in_a_transaction_is_closed_rather_than_kept(threads):
    with threads.request() as database:
        database.set_autocommit(False)
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (left,) = cursor.fetchone()
    assert threads.ask() != left


def test_closed_within_a_transaction_it_is_nobody_elses(threads):
    with threads.request() as database:
        connections[threads.name] = database
        try:
            with transaction.atomic(using=threads.name):
                with database.cursor() as cursor:
                    cursor.execute("SELECT 1")
                inside = database.connection
                database.close()
        finally:
            del connections[threads.name]
        assert inside.closed
        assert database.connection is None
    assert len(all_at_once(threads)) == NUMBER


def test_a_download_that_is_broken_off_leaves_no_cursor_behind(threads):
    with threads.request() as database:
        connections[threads.name] = database
        try:
            rows = ContentType.objects.using(threads.name).iterator(chunk_size=2)
            next(rows)
            rows.close()
        finally:
            del connections[threads.name]
    assert threads.ask("SELECT count(*) FROM pg_cursors") == 0


def test_old_ones_are_closed_when_another_is_given_back(threads):
    threads = Threads(threads.name, CONN_MAX_AGE=0.3)
    before = all_at_once(threads)
    time.sleep(0.35)
    assert threads.ask() in before
    for _ in range(100):
        if not threads.backends():
            return
        time.sleep(0.05)
    raise AssertionError("They are still open.")


def test_databases_are_made_and_deleted_by_a_connection_that_counts_for_none(threads):
    wrapper = DatabaseWrapper(dict(threads._settings), alias=NO_DB_ALIAS)
    wrapper.ensure_connection()
    wrapper.close()
    assert NO_DB_ALIAS not in DatabaseWrapper._of_process
    assert threads.ask("SELECT 5") == 5
