"""An installation of its own on disk: an MTA hands over to other processes than pytest's."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bounceadmin.running import ROOT, clean_environment, free_port, manage
from tests.bounces.mta.interpreter import python_environment

# Who runs our commands for Postfix's pipe, which does not run as root.
USER = "nobody"
_PREPARE = """
import json
from lists.models import Campaign, MailingList, Subscriber
from lists.return_paths import return_path
list = MailingList.objects.create(name="News", header_from="news@example.com",
                                  bounce_domain="bounces.example.com")
campaign = Campaign.objects.create(mailing_list=list, name="Spring")
ann = Subscriber.objects.create(address="ann@example.net")
print("TOLD" + json.dumps(return_path(campaign, ann)))
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """Its settings, and the return path of the one person it has mailed."""

    environment: dict[str, str]
    folder: Path
    return_path: str

    def messages(self) -> list[tuple[str, str, str]]:
        """Source, envelope recipient and state of each."""
        return self._rows("SELECT source, envelope_recipient, state FROM bounces_inboundmessage")

    def events(self) -> list[tuple[str, str, str]]:
        """Kind, address and proof of each."""
        return self._rows("SELECT kind, address, proof FROM bounces_bounceevent")

    def listen(self, *arguments: str) -> tuple[subprocess.Popen, int]:
        """Start `manage.py listen` as a process of its own; it listens at the port."""
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "listen", "--port", str(port), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = process.stdout.readline()
        if "Listening" not in said:
            process.kill()
        assert "Listening" in said
        return process, port

    def _rows(self, query: str) -> list[tuple[str, str, str]]:
        with closing(sqlite3.connect(self.folder / "data" / "bounceadmin.sqlite3")) as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="session")
def prepared() -> Iterator[tuple[Path, str]]:
    """A folder to copy, because preparing it takes seconds, and the return path in it."""
    folder = Path(tempfile.mkdtemp(prefix="prepared-"))
    environment = _environment(folder)
    assert manage(environment, "migrate", "--verbosity", "0").returncode == 0
    yield folder, _told(environment, _PREPARE)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def installation(prepared) -> Iterator[Installation]:
    original, return_path = prepared
    folder = Path(tempfile.mkdtemp(prefix="installation-"))
    shutil.copytree(original, folder, dirs_exist_ok=True)
    yield Installation(_environment(folder), folder, return_path)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def as_nobody(installation) -> Installation:
    """The installation belongs to the user that runs our commands for the MTA."""
    user = pwd.getpwnam(USER)
    installation.folder.chmod(0o755)
    for path in (installation.folder, *installation.folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    return installation


@pytest.fixture(scope="session")
def nobodys_python() -> Iterator[dict[str, str]]:
    """Variables with which that user runs our code."""
    folder = Path(tempfile.mkdtemp(prefix="python-"))
    folder.chmod(0o755)
    yield python_environment(folder, USER)
    shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    environment = clean_environment(folder / "data")
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    return environment


@pytest.fixture
def listening(installation) -> Iterator[Callable[..., int]]:
    """Start `manage.py listen` as a process of its own; returns its port."""
    started: list[subprocess.Popen] = []

    def start(*arguments: str) -> int:
        process, port = installation.listen(*arguments)
        started.append(process)
        return port

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def _told(environment: dict[str, str], script: str) -> object:
    done = manage(environment, "shell", "-c", script)
    line = next((x for x in done.stdout.splitlines() if x.startswith("TOLD")), None)
    assert line is not None, done.stderr
    return json.loads(line.removeprefix("TOLD"))
