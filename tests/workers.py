"""Real Celery workers and schedulers on a test's database, and ways to hurt them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis
from celery import Celery
from django.conf import settings
from django.db import connection

from lists import announcing
from tests.services import need_postgresql, need_redis

ROOT = Path(__file__).resolve().parents[1]


class Workers:
    """Processes on this test's database and on a database of Redis's own, which is emptied."""

    def __init__(self, folder: Path, monkeypatch, **environment: str) -> None:
        need_postgresql()
        # The same for one test process at a time; test processes count theirs from the top.
        number = 15 - int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
        self.redis_url = urlunsplit(urlsplit(need_redis())._replace(path=f"/{number}"))
        self.redis = redis.Redis.from_url(self.redis_url)
        self.redis.flushdb()
        self.folder = folder
        self.log = open(folder / "log", "w+")  # noqa: SIM115 (closed in `stop`)
        self.started: list[subprocess.Popen] = []
        self.env = os.environ | {
            "DATABASE_URL": url_of_test_database(),
            "REDIS_URL": self.redis_url,
            "CELERY_BROKER_URL": self.redis_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATA_DIR": str(folder),
            "TMPDIR": str(folder),
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        # What this process announces goes to these workers.
        self.broker = Celery(broker=self.redis_url, set_as_current=False)
        self.broker.config_from_object("django.conf:settings", namespace="CELERY")
        self.broker.conf.broker_url = self.redis_url
        monkeypatch.setattr(announcing, "current_app", self.broker)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Run `python -m ARGUMENTS`."""
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def worker(self, *options: str, concurrency: int = 1) -> subprocess.Popen:
        """A worker that has its children."""
        process = self.start(
            "celery", "-A", "bounceadmin", "worker", "--concurrency", str(concurrency),
            "--without-mingle", "--without-gossip", "-l", "WARNING", *options,
        )  # fmt: skip
        until(lambda: len(children(process.pid)) >= concurrency, 30, self.tail)
        return process

    def tail(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text()[-6000:]

    def stop(self) -> None:
        for process in self.started:
            kill_group(process)
        self.redis.flushdb()
        self.redis.close()
        self.log.close()


def url_of_test_database() -> str:
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))


def children(pid: int) -> list[int]:
    """The processes that `pid` has started."""
    with suppress(OSError):
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill_group(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(condition: Callable[[], object], seconds: float, tell: Callable[[], str]) -> float:
    """Wait for `condition`; how long it took. Fails after `seconds`, with what `tell` says."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, tell()
        time.sleep(0.05)
    return time.monotonic() - begun
