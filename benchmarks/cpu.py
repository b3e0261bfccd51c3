"""Processor time of other processes on this machine, from Linux's /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")


def of(pids: Iterable[int]) -> float:
    """Seconds that these processes have taken so far (proc(5): utime and stime)."""
    total = 0
    for pid in pids:
        # The name in brackets may hold blanks: count from behind it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def exactly(pid: int) -> float:
    """Seconds that the first thread of a process has taken so far, to the microsecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def children_of(pid: int) -> list[int]:
    """The processes that this one has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def own_backend() -> int | None:
    """The process of PostgreSQL that serves this connection; None where it is elsewhere."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _if_here(cursor.fetchone()[0])


def other_backends() -> list[int]:
    """PostgreSQL's processes for all other connections to this database, where they are here."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return [pid for (pid,) in cursor.fetchall() if _if_here(pid)]


def _if_here(pid: int) -> int | None:
    try:
        name = Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return None
    return pid if name.startswith("postgres") else None
