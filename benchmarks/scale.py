"""Pages at 10,000, a million and ten million events: queries, and processor time, of each.

    python -m benchmarks.scale [events …]

On the PostgreSQL of DATABASE_URL, in a database of its own for each size, which is filled first and
dropped afterwards. Each page is asked for by an Admin, through Django's test client, or by an
application. The aim: as many queries at any size, and no more than 1.5 times the time.

The sizes are measured side by side, page by page and round by round. What is measured is processor
time, of the page's process and of PostgreSQL's that serves it, which must be on the same Linux:
what else the machine does hardly changes it. The rows are spread over `DAYS` (400), and large
tables have a part for each of their months. Ten million events take 24 GB and 20 minutes.
`KEEP=1` keeps the databases for the next time, and `PAGES=…` measures those pages alone whose name
has one of these words (comma-separated).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.utils import timezone

from benchmarks import cpu, scale_data, scale_pages, with_django  # noqa: F401
from lists import kept_rankings
from lists.models import RankedPeriod, Subscriber

SIZES = (10_000, 1_000_000)
ALLOWED = 1.5
ROUNDS = 5
# A page that takes longer, in seconds, is measured once.
TOO_LONG = 10.0
KEEP, ONLY = bool(os.environ.get("KEEP")), os.environ.get("PAGES", "")


@dataclass(frozen=True, slots=True)
class Measured:
    """Queries of a page, and the fewest milliseconds of processor time that it took.

    Ours and PostgreSQL's, whatever else the machine does meanwhile. The fewest: caches that others
    have emptied only ever add to them.
    """

    queries: int
    fewest: float


class Size:
    """A process with a database of so many events, which measures what it is told."""

    def __init__(self, number: int) -> None:
        self.number = number
        # A fresh interpreter: no connection to a database is shared.
        fresh = multiprocessing.get_context("spawn")
        self._ours, theirs = fresh.Pipe()
        self._process = fresh.Process(target=_serve, args=(number, theirs))
        self._process.start()
        theirs.close()

    def names(self) -> list[str]:
        """Of its pages, once it is ready."""
        return self._ours.recv()

    def tell(self, name: str) -> Measured:
        """Ask for a page once."""
        self._ours.send(name)
        found = self._ours.recv()
        if isinstance(found, str):
            raise RuntimeError(f"{name} with {self.number:,} events: {found}")
        return found

    def close(self) -> None:
        self._ours.send(None)
        self._process.join()


def _serve(number: int, pipe: Connection) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.METRICS_NETWORKS = ["127.0.0.0/8"]
    settings.API_REQUESTS_PER_MINUTE = 1_000_000_000
    connection.settings_dict["TEST"]["NAME"] = f"test_scale_{number}_{scale_data.DAYS}"
    former = setup_databases(verbosity=0, interactive=False, keepdb=KEEP, serialized_aliases=set())
    try:
        if not Subscriber.objects.exists():
            began = time.perf_counter()
            scale_data.build(number)
            print(f"{number:,} events: filled in {time.perf_counter() - began:.0f} s", flush=True)
        # The database may be one that was measured before.
        RankedPeriod.objects.filter(days=scale_pages.NEW_DAYS).delete()
        # As an application does that asks for it regularly.
        kept_rankings.ask(scale_pages.ASKED_DAYS, timezone.now())
        kept_rankings.refresh(timezone.now())
        with connection.cursor() as cursor:
            # All is done by one process, whose time is taken.
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        backend = cpu.own_backend()
        pages = scale_pages.pages(number)
        pipe.send(list(pages))
        while (name := pipe.recv()) is not None:
            try:
                pipe.send(_measure(pages[name], backend))
            except Exception as error:  # It is told, and ends the run there.
                pipe.send(f"{type(error).__name__}: {error}")
    finally:
        teardown_databases(former, verbosity=0, keepdb=KEEP)


def _measure(page: scale_pages.Page, backend: int) -> Measured:
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as captured:
        ours, theirs = time.process_time(), cpu.exactly(backend)
        page()
        took = time.process_time() - ours + cpu.exactly(backend) - theirs
    return Measured(len(captured), 1000 * took)


def _rounds(name: str, sizes: list[Size]) -> list[Measured]:
    best = [size.tell(name) for size in sizes]
    if max(measured.fewest for measured in best) > 1000 * TOO_LONG:
        return best
    for turn in range(4 * ROUNDS):
        # What does not seem flat is looked at longer: on a busy machine that is mostly chance.
        if turn >= ROUNDS and _ratio(best) <= ALLOWED:
            break
        for place, size in enumerate(sizes):
            again = size.tell(name)
            best[place] = Measured(again.queries, min(again.fewest, best[place].fewest))
    return best


def _ratio(row: list[Measured]) -> float:
    return max(measured.fewest for measured in row) / row[0].fewest


def main(numbers: tuple[int, ...]) -> int:
    if cpu.own_backend() is None:
        print("This measures a PostgreSQL on this machine: set DATABASE_URL.")
        return 1
    sizes = [Size(number) for number in numbers]
    # Each has the same; wait until all are ready.
    names, *_others = [size.names() for size in sizes]
    heads = "".join(f"{number:>18,}" for number in numbers)
    print(f"\n{'queries, fewest ms of processors':44}{heads}{'ratio':>9}")
    flat = asked = 0
    try:
        for name in names:
            if ONLY and not any(word in name for word in ONLY.split(",")):
                continue
            row = _rounds(name, sizes)
            ratio = _ratio(row)
            is_flat = ratio <= ALLOWED and all(m.queries <= row[0].queries for m in row)
            cells = "".join(f"{f'{m.queries} q {m.fewest:8.1f}':>18}" for m in row)
            print(f"{name:44}{cells}{ratio:8.2f}{' ' if is_flat else '!'}", flush=True)
            flat, asked = flat + is_flat, asked + 1
    finally:
        for size in sizes:
            size.close()
    print(f"\n{flat} of {asked} are flat: no more queries, at most {ALLOWED}x the time.")
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(int(argument) for argument in sys.argv[1:]) or SIZES))
