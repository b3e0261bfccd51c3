"""An installation of its own on disk: an MTA hands over to other processes than pytest's."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bounceadmin.running import ROOT, clean_environment, free_port, manage

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
_LOOK = """
import json
from bounces.models import BounceEvent, InboundMessage
print("TOLD" + json.dumps({
    "messages": [[m.source, m.envelope_recipient, m.state] for m in InboundMessage.objects.all()],
    "events": [[e.kind, e.address, e.proof] for e in BounceEvent.objects.order_by("id")],
}))
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """Its settings, and the return path of the one person it has mailed."""

    environment: dict[str, str]
    folder: Path
    return_path: str

    def look(self) -> dict:
        return _told(self.environment, _LOOK)

    def wait_for_messages(self, number: int, seconds: float = 30) -> list:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.look()["messages"]
            if len(found) >= number:
                return found
            time.sleep(0.3)
        raise AssertionError(f"{number} messages were not stored: {self.look()}")


@pytest.fixture
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="installation-"))
    environment = clean_environment(folder / "data")
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    assert manage(environment, "migrate", "--verbosity", "0").returncode == 0
    yield Installation(environment, folder, _told(environment, _PREPARE))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def as_nobody(installation) -> Installation:
    """The installation belongs to the user that runs our commands for the MTA."""
    user = pwd.getpwnam(USER)
    installation.folder.chmod(0o755)
    for path in (installation.folder, *installation.folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    return installation


@pytest.fixture
def listening(installation) -> Iterator[Callable[..., int]]:
    """Start `manage.py listen` as a process of its own; returns its port."""
    started: list[subprocess.Popen] = []

    def start(*arguments: str) -> int:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "listen", "--port", str(port), *arguments],
            cwd=ROOT,
            env=installation.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert "Listening" in process.stdout.readline()
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
