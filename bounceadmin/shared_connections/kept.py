"""Connections that nobody uses at the moment, for the next who needs one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

from psycopg import Connection, Error


@dataclass(frozen=True, slots=True)
class Kept:
    """A connection, and until when it may be used again (`time.monotonic()`)."""

    connection: Connection
    until: float


class Connections:
    """Those of one process. Who holds one of its `places` may take one, or make one."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.places = BoundedSemaphore(number)
        self._kept: list[Kept] = []
        self._lock = Lock()

    def take(self) -> Kept | None:
        """One that is alive; None where there is none to be had."""
        with self._lock:
            # The last first: so a quiet process comes to have no more than it needs.
            found = self._kept.pop() if self._kept else None
        if found is None:
            return None
        try:
            found.connection.execute("SELECT 1")
        except Error:
            # The database was started anew, most likely, and all others are as dead.
            self._close(found)
            self.close()
            return None
        return found

    def give(self, kept: Kept) -> None:
        """Keep it for the next. Those that are too old by now are closed, whoever gave them."""
        now = time.monotonic()
        with self._lock:
            self._kept.append(kept)
            old = [one for one in self._kept if one.until <= now]
            self._kept = [one for one in self._kept if one.until > now]
        self._close(*old)

    def close(self) -> None:
        """Close all that nobody uses."""
        with self._lock:
            kept, self._kept = self._kept, []
        self._close(*kept)

    def _close(self, *kept: Kept) -> None:
        for one in kept:
            one.connection.close()
