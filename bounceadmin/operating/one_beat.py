"""Celery beat of which any number may run: one announces, the others stand by for it to go away."""

from __future__ import annotations

import fcntl
import logging
from typing import IO

from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bounceadmin.operating.pulse import Pulse

log = logging.getLogger(__name__)

# Any number that nothing else in this database locks.
_KEY = 0x62656174
_ASK_AGAIN_SECONDS = 5.0


class DatabaseLock:
    """Held by a session of its own with PostgreSQL, which frees it when the process dies."""

    def __init__(self) -> None:
        self._session: BaseDatabaseWrapper | None = None
        self._held = False

    def held(self) -> bool:
        """Whether it is ours, asked of the database each time: a lost session has lost it."""
        try:
            if self._session is None:
                self._session = connections.create_connection(DEFAULT_DB_ALIAS)
            with self._session.cursor() as cursor:
                if self._held:
                    cursor.execute("SELECT 1")
                else:
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", [_KEY])
                    self._held = cursor.fetchone()[0]
        except Error as error:
            log.warning("The database is away (%s): nothing is announced.", error)
            self.release()
        return self._held

    def release(self) -> None:
        session, self._session, self._held = self._session, None, False
        if session is not None:
            session.close()


class FileLock:
    """For SQLite, whose processes are on one machine: a file in DATA_DIR."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None

    def held(self) -> bool:
        """Whether it is ours; the system frees it when the process dies."""
        if self._file is None:
            file = open(settings.DATA_DIR / "beat.lock", "w")  # noqa: SIM115
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
            else:
                self._file = file
        return self._file is not None

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def beat_lock() -> DatabaseLock | FileLock:
    """The lock of whoever announces."""
    return DatabaseLock() if connection.vendor == "postgresql" else FileLock()


class OneBeat(PersistentScheduler):
    """Announces what is due only while it holds the lock.

    Who takes over announces at once what came due by its own schedule; all tasks bear that.
    """

    def __init__(self, *args, **kwargs) -> None:
        self._lock = beat_lock()
        self._pulse = Pulse("beat")
        super().__init__(*args, **kwargs)

    def tick(self, *args, **kwargs) -> float:
        """Announce one task if one is due; return in how many seconds to be called again."""
        # To stand by is work too.
        self._pulse.beat()
        self._pulse.tell_systemd()
        if not self._lock.held():
            return _ASK_AGAIN_SECONDS
        return min(super().tick(*args, **kwargs), _ASK_AGAIN_SECONDS)

    def close(self) -> None:
        super().close()
        self._lock.release()
        self._pulse.end()
