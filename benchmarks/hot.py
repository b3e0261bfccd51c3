"""What workers cost each other: bounces of one campaign against the same number of many campaigns.

    python -m benchmarks.hot [bounces [processes]]

On PostgreSQL (DATABASE_URL), in test databases of its own. All bounces are stored; then that many
processes pick batches, as workers do, until nothing is left. Meanwhile `pg_stat_activity` is looked
at fifty times a second: how many sessions wait for a lock of another, and in which statement.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections import Counter
from dataclasses import dataclass

import psycopg
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

from benchmarks import with_django  # noqa: F401
from benchmarks.ingest import Spent, measured, prepare
from bounces.models import InboundMessage
from bounces.picking import process_next
from bounces.storing import store
from lists.models import CampaignDay

_LOOK_EVERY_SECONDS = 0.02
_WAITING = """
SELECT substr(query, 1, 60) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Of one run: what it took, and for how many seconds workers waited in which statement."""

    spent: Spent
    waited: Counter[str]


class _Looker(threading.Thread):
    """Counts sessions that wait for a lock, on a connection of its own."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.waited: Counter[str] = Counter()
        parameters = connection.get_connection_params()
        self._parameters = {k: parameters[k] for k in ("dbname", "host", "port", "user")}

    def run(self) -> None:
        with psycopg.connect(**self._parameters, autocommit=True) as own:
            while not self.over.wait(_LOOK_EVERY_SECONDS):
                for (query,) in own.execute(_WAITING).fetchall():
                    self.waited[query] += _LOOK_EVERY_SECONDS


def _work() -> None:
    while InboundMessage.objects.pending().exists():
        process_next()
    connections.close_all()


def measure(number: int, processes: int, *, lists: int, campaigns_each: int) -> Found:
    former = setup_databases(verbosity=0, interactive=False)
    try:
        store(prepare(number, lists, campaigns_each))
        looker = _Looker()
        connections.close_all()
        context = multiprocessing.get_context("fork")
        workers = [context.Process(target=_work) for _ in range(processes)]
        with measured() as spent:
            for worker in workers:
                worker.start()
            looker.start()
            for worker in workers:
                worker.join()
        looker.over.set()
        looker.join()
        days = CampaignDay.objects.values_list("hard", "soft", "block")
        if (counted := sum(map(sum, days))) != number:
            raise SystemExit(f"Of {number:,} bounces {counted:,} were counted.")
        return Found(spent[0], looker.waited)
    finally:
        teardown_databases(former, verbosity=0)


def main(number: int = 20_000, processes: int = 4) -> int:
    if connection.vendor != "postgresql":
        print("This needs PostgreSQL: SQLite has one writer.")
        return 1
    print(f"{number:,} bounces, {processes} processes")
    print(f"{'':16}{'a second':>10}{'seconds':>10}{'CPU here':>10}{'waited for locks':>18}")
    for title, lists, each in (("20 campaigns", 4, 5), ("one campaign", 1, 1)):
        found = measure(number, processes, lists=lists, campaigns_each=each)
        spent, waited = found.spent, sum(found.waited.values())
        # Of the time that all processes together had.
        share = waited / (spent.clock * processes)
        print(
            f"{title:16}{number / spent.clock:10,.0f}{spent.clock:10.2f}{spent.cpu:10.2f}"
            f"{waited:12.2f} s {share:4.0%}"
        )
        for query, seconds in found.waited.most_common(4):
            print(f"{seconds:10.2f} s  {query}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3])))
