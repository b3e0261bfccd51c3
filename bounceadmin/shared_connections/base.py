"""The backend, under the name that Django looks for."""

from __future__ import annotations

import math
import time

from django.db import OperationalError
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg.pq import TransactionStatus

from bounceadmin.shared_connections.kept import Connections, Kept

SECONDS = 5.0
"""How long a request may wait for a connection while all are in use."""


class NoneFreeError(OperationalError):
    """All connections of this process were in use for too long."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A thread's way to the database: PostgreSQL's, but for where a connection comes from."""

    _of_process: dict[str, Connections] = {}
    _until = 0.0

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            # At the end of the request it is given back, whatever its age.
            self.close_at = time.monotonic()

    def get_new_connection(self, conn_params: dict[str, object]) -> Connection:
        shared = self._shared()
        if shared is None:
            return super().get_new_connection(conn_params)
        if not shared.places.acquire(timeout=SECONDS):
            raise NoneFreeError(f"All {shared.number} connections of this process are in use.")
        try:
            kept = shared.take()
            if kept is None:
                age = self.settings_dict["CONN_MAX_AGE"]
                until = math.inf if age is None else time.monotonic() + age
                kept = Kept(super().get_new_connection(conn_params), until)
        except BaseException:
            shared.places.release()
            raise
        self._until = kept.until
        return kept.connection

    def _close(self) -> None:
        shared = self._shared()
        if shared is None or self.connection is None:
            super()._close()
            return
        try:
            if _is_as_new(self.connection):
                shared.give(Kept(self.connection, self._until))
            else:
                super()._close()
        finally:
            shared.places.release()

    def _shared(self) -> Connections | None:
        """None for the connection beside all databases, by which they are made and deleted."""
        if self.alias == NO_DB_ALIAS:
            return None
        if self.alias not in self._of_process:
            made = Connections(self.settings_dict["SHARED_CONNECTIONS"])
            self._of_process.setdefault(self.alias, made)
        return self._of_process[self.alias]


def _is_as_new(connection: Connection) -> bool:
    """Whether it is alive, as far as we know, and in no transaction."""
    idle = connection.pgconn.transaction_status == TransactionStatus.IDLE
    return idle and bool(connection.autocommit)
