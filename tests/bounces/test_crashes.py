"""Killed a hundred times at random moments, under load: every message ends in the counts, once.

Workers, web processes, connections to PostgreSQL and to Redis, and what Redis holds are taken away
while mail services post webhooks (and try again, as they do, until they are answered 200) and an
MTA stores bounces (and tries again until they are stored).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
import requests
from celery import Celery
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.models import Sum

from bounces import retrying, sweeping
from bounces.models import BounceEvent, InboundMessage, WebhookEndpoint
from bounces.storing import Incoming, store
from lists import announcing
from lists.models import CampaignDay, Subscription
from lists.return_paths import return_path
from tests.bounceadmin.running import free_port
from tests.factories import make_campaign, make_endpoint, make_subscriber
from tests.mails import dsn
from tests.services import need_postgresql, need_redis
from tests.workers import children, kill_group, url_of_test_database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(280),
]

KILLS = 100
CLAIM_SECONDS = 2
# A worker has its children after two or three seconds.
DEAF_SECONDS = 12
PAUSE = (0.05, 0.6)
PEOPLE = 1200
TOKEN = "a token"
ROOT = Path(__file__).resolve().parents[2]
TROUBLE = (DatabaseError, InterfaceError)


class House:
    """The processes of an installation on this test's database, and ways to hurt them."""

    def __init__(self, folder: Path, redis_url: str, port: int) -> None:
        self.port = port
        self.redis_url = redis_url
        self.redis = redis.Redis.from_url(redis_url)
        self.log = open(folder / "log", "w+")  # noqa: SIM115 (closed in `stop`)
        self.env = os.environ | {
            "DATABASE_URL": url_of_test_database(),
            "REDIS_URL": redis_url,
            "CELERY_BROKER_URL": redis_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATA_DIR": str(folder),
            "PIPELINE_CLAIM_SECONDS": str(CLAIM_SECONDS),
            "PIPELINE_BATCH_SIZE": "25",
            "LOG_LEVEL": "WARNING",
        }
        self.redis.flushdb()
        self.worker = self._start_worker()
        self.web = self._start_web()

    def _start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip

    def _start_worker(self) -> subprocess.Popen:
        self.worker_seen = time.monotonic()
        options = ("--concurrency", "2", "--without-mingle", "--without-gossip", "-l", "WARNING")
        return self._start("celery", "-A", "bounceadmin", "worker", *options)

    def _start_web(self) -> subprocess.Popen:
        address = f"127.0.0.1:{self.port}"
        options = ("--workers", "2", "--bind", address, "--preload", "--log-level", "error")
        return self._start("gunicorn", "bounceadmin.wsgi", *options)

    def hurt(self, chance: random.Random) -> str:
        """Do one bad thing; its name."""
        ways = (
            (6, self.kill_worker_child),
            (4, self.kill_web_child),
            (4, self.end_database_sessions),
            (2, self.end_redis_connections),
            (2, self.empty_redis),
            (1, self.kill_worker),
            (1, self.kill_web),
        )
        weights, actions = zip(*ways, strict=True)
        (action,) = chance.choices(actions, weights)
        action()
        return action.__name__

    def restart_what_ended(self) -> None:
        """As a service manager does, and the probe that it asks.

        Celery does not end where its children are killed just when they start: it stays without
        any, and answers nothing.
        """
        if self.worker.poll() is not None:
            self.worker = self._start_worker()
        elif children(self.worker.pid):
            self.worker_seen = time.monotonic()
        elif time.monotonic() - self.worker_seen > DEAF_SECONDS:
            self.kill_worker()
        if self.web.poll() is not None:
            self.web = self._start_web()

    def kill_worker_child(self) -> None:
        _kill_one(children(self.worker.pid))

    def kill_web_child(self) -> None:
        _kill_one(children(self.web.pid))

    def kill_worker(self) -> None:
        kill_group(self.worker)
        self.worker = self._start_worker()

    def kill_web(self) -> None:
        kill_group(self.web)
        self.web = self._start_web()

    def end_database_sessions(self) -> None:
        """As a database that restarts does: every session ends, in whatever it is at."""
        with psycopg.connect(url_of_test_database(), autocommit=True) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def end_redis_connections(self) -> None:
        for client in self.redis.client_list():
            if client["db"] == str(self.redis.connection_pool.connection_kwargs["db"]):
                with suppress(redis.RedisError):
                    self.redis.client_kill_filter(_id=client["id"], skipme=True)

    def empty_redis(self) -> None:
        self.redis.flushdb()

    def stop(self) -> None:
        for process in (self.worker, self.web):
            kill_group(process)
        self.redis.flushdb()
        self.redis.close()
        self.log.close()

    def tail(self) -> str:
        self.log.flush()
        lines = Path(self.log.name).read_text().splitlines()
        return "\n".join(line for line in lines if "gunicorn.access" not in line)[-6000:]


def _kill_one(pids: list[int]) -> None:
    if pids:
        with suppress(ProcessLookupError):
            os.kill(random.choice(pids), signal.SIGKILL)


class Source(threading.Thread):
    """Hands over what it has, each again and again until it is taken."""

    def __init__(self, work: list, take, pause: float) -> None:
        super().__init__(daemon=True)
        self.work, self.take, self.pause = work, take, pause
        self.ended = threading.Event()
        self.again = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for item in self.work:
                while not self.take(item):
                    if self.ended.is_set():
                        return
                    self.again += 1
                    time.sleep(0.05)
                time.sleep(self.pause)
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()


@pytest.fixture
def house(tmp_path, settings, monkeypatch):
    need_postgresql()
    # The sweep below runs here, and looks for dead workers as those of the house do.
    settings.PIPELINE_CLAIM_SECONDS = CLAIM_SECONDS
    # A database of Redis's own: it is emptied again and again.
    redis_url = urlunsplit(urlsplit(need_redis())._replace(path="/13"))
    house = House(tmp_path, redis_url, free_port())
    # The sweep of this process calls the workers of the house.
    broker = Celery(broker=redis_url, set_as_current=False)
    broker.conf.task_publish_retry = settings.CELERY_TASK_PUBLISH_RETRY
    monkeypatch.setattr(announcing, "current_app", broker)
    yield house
    house.stop()


def test_every_message_counts_once_whatever_is_killed(house):
    seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))
    chance = random.Random(seed)
    campaign = make_campaign()
    people = [
        make_subscriber(f"person{n}@example.net", campaign.mailing_list) for n in range(PEOPLE)
    ]
    endpoint = make_endpoint("json", TOKEN, counts_sent=True)
    posts, mails = _work(campaign, people)
    chance.shuffle(mails)
    address = f"http://127.0.0.1:{house.port}/hooks/{endpoint.token}/"
    length = KILLS * sum(PAUSE) / 2

    web = Source(posts, lambda body: _post(address, body), pause=0.6 * length / len(posts))
    mta = Source(mails, _store, pause=0.6 * length / len(mails))
    beat = Source([None] * 10**6, _sweep, pause=1)
    sources = (web, mta, beat)
    connection.close()
    for source in sources:
        source.start()
    done: dict[str, int] = {}
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(*PAUSE))
            house.restart_what_ended()
            name = house.hurt(chance)
            done[name] = done.get(name, 0) + 1
        house.restart_what_ended()
        web.join(60)
        mta.join(60)
        assert [source.error for source in sources] == [None] * 3
        assert not web.is_alive() and not mta.is_alive(), house.tail()
        _wait_until_all_is_processed(house)
    finally:
        for source in sources:
            source.ended.set()
        beat.work.clear()
        beat.join(10)
    connection.close()
    told = f"seed {seed}: {done}, {web.again} posts and {mta.again} mails again"
    print(told)
    _account(campaign, told)


def _work(campaign, people):
    """Half of the people bounce, by webhook, by mail, or by both; the others get their mail."""
    posts, mails = [], []
    for n, person in enumerate(people):
        message_id = f"letter-{n}@example.com"
        event = {"email": person.canonical, "campaign": campaign.pk, "message_id": message_id}
        event["id"] = f"event-{n}"
        if n % 2:
            posts.append(event | {"event": "delivered"})
            continue
        if n % 3 != 1:
            posts.append(event | {"event": "bounce", "status": "5.1.1", "type": "hard"})
        if n % 3 != 0:
            path = return_path(campaign, person)
            mails.append(dsn(person.canonical, to=path, original_message_id=message_id))
        if n % 3 == 1:
            posts.append(event | {"event": "sent"})
    batches = [posts[i : i + 4] for i in range(0, len(posts), 4)]
    # Every fifth request is told twice, every third event again in another request.
    bodies = [json.dumps(batch).encode() for batch in batches]
    bodies += bodies[::5] + [json.dumps([event]).encode() for event in posts[::3]]
    return bodies, mails + mails[::4]


def _post(address: str, body: bytes) -> bool:
    try:
        answer = requests.post(
            address, body, timeout=5,
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )  # fmt: skip
    except requests.RequestException:
        return False
    assert answer.status_code in (200, 500, 503), answer.text
    return answer.status_code == 200


def _store(mail: bytes) -> bool:
    try:
        store([Incoming(mail, "listener")])
    except TROUBLE:
        connection.close()
        return False
    return True


def _sweep(_) -> bool:
    with suppress(*TROUBLE):
        sweeping.sweep(timedelta(seconds=1))
        return True
    connection.close()
    return True


def _wait_until_all_is_processed(house: House) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        house.restart_what_ended()
        connection.close()
        failed = InboundMessage.objects.failed()
        # Who was thrice at the wrong place at the wrong time is set aside, for an admin to say so.
        retrying.process_again(list(failed.values_list("pk", flat=True)))
        if not InboundMessage.objects.pending().exists():
            return
        time.sleep(0.5)
    left = list(InboundMessage.objects.pending().values("pk", "attempts", "claimed_at")[:10])
    pytest.fail(f"{InboundMessage.objects.pending().count()} are left: {left}\n{house.tail()}")


def _account(campaign, told: str) -> None:
    bouncing = {f"person{n}@example.net" for n in range(0, PEOPLE, 2)}
    events = BounceEvent.objects.filter(kind="bounce")
    assert sorted(events.values_list("address", flat=True)) == sorted(bouncing), told
    assert set(events.values_list("trust", flat=True)) == {"verified"}, told
    sums = CampaignDay.objects.filter(campaign=campaign).aggregate(
        *(Sum(tally) for tally in ("sent", "delivered", "hard", "soft", "unverified"))
    )
    # Those whose bounce came by mail alone were told as sent; the others by their own event.
    assert sums == {
        "sent__sum": PEOPLE,
        "delivered__sum": PEOPLE // 2,
        "hard__sum": PEOPLE // 2,
        "soft__sum": 0,
        "unverified__sum": 0,
    }, told
    hard = Subscription.objects.values_list("hard_bounces", flat=True)
    assert sorted(hard) == [0] * (PEOPLE // 2) + [1] * (PEOPLE // 2), told
    states = set(InboundMessage.objects.values_list("state", flat=True))
    assert states == {"processed"}, told
    requests_taken = InboundMessage.objects.filter(content_type="message/http").count()
    assert WebhookEndpoint.objects.get().requests == requests_taken, told
