"""Bounces a second through the whole pipeline, against copying the same rows bare, in one run.

    python -m benchmarks.ingest [bounces [processes [rounds]]]

On the database of the settings (DATABASE_URL), in a test database of its own: messages are stored,
then parsed, attributed, verified, judged by policy and counted, by that many processes at once.
Right afterwards PostgreSQL COPYs all rows that came of it into empty tables with the same indexes
(SQLite inserts them with `executemany`): what no pipeline can beat. The same again in a new
database, so many rounds: of each number the median is told, since a machine is not as quick in one
moment as in the next, and of the ratio also the least and the most.
"""

from __future__ import annotations

import multiprocessing
import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from multiprocessing.queues import SimpleQueue

from django.db import connection, connections, models
from django.test.utils import setup_databases, teardown_databases

from benchmarks import cpu, with_django  # noqa: F401
from bounces.models import BounceEvent, InboundMessage, RawMessage, SeenEvent
from bounces.pipeline import process
from bounces.storing import Incoming, store
from lists.models import (
    Campaign,
    CampaignDay,
    CampaignTotal,
    DomainDay,
    MailingList,
    ReasonDay,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionLog,
)
from lists.return_paths import return_path
from tests.mails import dsn

LISTS, CAMPAIGNS_EACH, DOMAINS = 4, 5, 300
# What a bounce writes. Subscribers and subscriptions were there before.
WRITTEN: tuple[type[models.Model], ...] = (
    InboundMessage,
    RawMessage,
    BounceEvent,
    SeenEvent,
    Suppression,
    SuppressionLog,
    CampaignTotal,
    CampaignDay,
    DomainDay,
    ReasonDay,
)
# (status, reply) -> how many of a hundred.
REPLIES = {
    ("5.1.1", "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"): 55,
    ("4.2.2", "452 4.2.2 The email account that you tried to reach is over quota"): 20,
    ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked"): 15,
    ("5.4.4", "Host or domain name not found. Name service error for name=example.net"): 10,
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and of CPU in our processes and in PostgreSQL's that serve them."""

    clock: float
    cpu: float
    database: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """What the same bounces took: all the way, and copied bare in so many rows."""

    pipeline: Spent
    bare: Spent
    rows: int


@contextmanager
def measured() -> Iterator[list[Spent]]:
    spent: list[Spent] = []
    clock, cpu = time.perf_counter(), _cpu()
    yield spent
    spent.append(Spent(time.perf_counter() - clock, _cpu() - cpu))


def _cpu_of(spent: Spent) -> float:
    return spent.cpu + spent.database


def _cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def prepare(
    number: int, number_of_lists: int = LISTS, campaigns_each: int = CAMPAIGNS_EACH
) -> list[Incoming]:
    """People on lists, and a bounce for each of them."""
    dice = random.Random(8)
    lists = [
        MailingList.objects.create(
            name=f"List {n}", header_from="n@example.com", bounce_domain="bounces.example.com"
        )
        for n in range(number_of_lists)
    ]
    campaigns = [
        Campaign.objects.create(mailing_list=mailing_list, name=f"Mail {n}")
        for mailing_list in lists
        for n in range(campaigns_each)
    ]
    people = []
    for n in range(number):
        person = Subscriber()
        person.set_address(f"person{n}@d{dice.randrange(DOMAINS)}.example")
        people.append(person)
    Subscriber.objects.bulk_create(people, batch_size=5000)
    mailed = [(person, dice.choice(campaigns)) for person in people]
    Subscription.objects.bulk_create(
        [Subscription(subscriber=p, mailing_list_id=c.mailing_list_id) for p, c in mailed],
        batch_size=5000,
    )
    if _is_postgresql():
        # As it does by itself within minutes of an import.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE lists_subscriber, lists_subscription")
    replies = dice.choices(list(REPLIES), list(REPLIES.values()), k=number)
    return [
        _bounce(person, campaign, *reply)
        for (person, campaign), reply in zip(mailed, replies, strict=True)
    ]


def _bounce(person: Subscriber, campaign: Campaign, status: str, reply: str) -> Incoming:
    to = return_path(campaign, person)
    raw = dsn(person.canonical, to=to, status=status, reply=reply)
    return Incoming(raw, "listener", envelope_recipient=to)


def _store_and_process(messages: Sequence[Incoming], spent: SimpleQueue[float]) -> None:
    stored = store(messages)
    process(stored.ids)
    spent.put(_cpu_of_backend())


def _cpu_of_backend() -> float:
    """Of this connection's process of PostgreSQL so far; 0 where there is none on this machine."""
    backend = cpu.own_backend()
    return cpu.of([backend]) if backend else 0.0


def run(messages: Sequence[Incoming], processes: int) -> Spent:
    """All the way, in `processes` at once, a share each."""
    connections.close_all()
    shares = [messages[n::processes] for n in range(processes)]
    context = multiprocessing.get_context("fork")
    told: SimpleQueue[float] = context.SimpleQueue()
    with measured() as spent:
        workers = [context.Process(target=_store_and_process, args=(s, told)) for s in shares]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    return replace(spent[0], database=sum(told.get() for _ in workers))


def copy_bare() -> tuple[int, Spent]:
    """The rows that the pipeline wrote, into empty tables with the same indexes."""
    rows = {model: list(_rows(model)) for model in WRITTEN}
    with connection.cursor() as cursor:
        for model in WRITTEN:
            make = _like_in_postgresql if _is_postgresql() else _like_in_sqlite
            make(cursor, model._meta.db_table)
        before = _cpu_of_backend()
        with measured() as spent:
            for model, found in rows.items():
                _copy(cursor, model, found)
        database = _cpu_of_backend() - before
    return sum(map(len, rows.values())), replace(spent[0], database=database)


def _rows(model: type[models.Model]) -> Iterator[list[object]]:
    """All rows, each value as the database keeps it: texts packed, numbers of 128 bits as text."""
    fields = model._meta.concrete_fields
    for row in model.objects.values_list(*_columns(model)):
        yield [f.get_db_prep_save(v, connection) for f, v in zip(fields, row, strict=True)]


def _copy(cursor, model: type[models.Model], rows: list[list[object]]) -> None:
    names = ", ".join(map(connection.ops.quote_name, _columns(model)))
    table = f"bare_{model._meta.db_table}"
    if _is_postgresql():
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        places = ", ".join(["%s"] * len(_columns(model)))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _like_in_postgresql(cursor, table: str) -> None:
    cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")


def _like_in_sqlite(cursor, table: str) -> None:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index') "
        "AND sql > '' ORDER BY type DESC",
        [table],
    )
    for name, sql in cursor.fetchall():
        for known in {name, table}:
            sql = sql.replace(f'"{known}"', f'"bare_{known}"')
        cursor.execute(sql)


def main(number: int = 20_000, processes: int = 2, rounds: int = 5) -> int:
    with tempfile.TemporaryDirectory() as folder:
        if not _is_postgresql():  # In a file, since several processes use it.
            connection.settings_dict["TEST"]["NAME"] = f"{folder}/bench.sqlite3"
        measured_rounds = [_round(number, processes) for _ in range(rounds)]
    _tell(measured_rounds, number, processes)
    return 0


def _round(number: int, processes: int) -> Round:
    former = setup_databases(verbosity=0, interactive=False)
    try:
        spent = run(prepare(number), processes)
        done = InboundMessage.objects.filter(state="processed").count()
        events = BounceEvent.objects.count()
        if (done, events) != (number, number):
            raise SystemExit(f"Of {number:,} messages {done:,} are done, {events:,} have an event.")
        rows, bare = copy_bare()
    finally:
        teardown_databases(former, verbosity=0)
    return Round(spent, bare, rows)


def _tell(rounds: Sequence[Round], number: int, processes: int) -> None:
    pipeline = _median([r.pipeline for r in rounds])
    bare = _median([r.bare for r in rounds])
    ratios = [r.pipeline.clock / r.bare.clock for r in rounds]
    of_cpu = statistics.median(_cpu_of(r.pipeline) / _cpu_of(r.bare) for r in rounds)
    print(f"{connection.vendor}, Python {platform.python_version()}, {number:,} bounces,", end=" ")
    print(f"{processes} processes, medians of {len(rounds)} rounds")
    print(f"{'':28}{'a second':>12}{'seconds':>10}{'CPU here':>10}{'CPU in the database':>21}")
    titles = "the whole pipeline", f"bare copy of {rounds[0].rows:,} rows"
    for title, row in zip(titles, (pipeline, bare), strict=True):
        print(f"{title:28}{number / row.clock:12,.0f}{row.clock:10.2f}{row.cpu:10.2f}", end="")
        print(f"{row.database:21.2f}")
    print(f"the pipeline takes {statistics.median(ratios):.1f} times as long", end=" ")
    print(f"({min(ratios):.1f} to {max(ratios):.1f}), and {of_cpu:.1f} times as much CPU;")
    print(f"two cores of its own do {2 * number / _cpu_of(pipeline):,.0f} a second")


def _median(found: Sequence[Spent]) -> Spent:
    return Spent(*map(statistics.median, zip(*map(astuple, found), strict=True)))


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:4])))
