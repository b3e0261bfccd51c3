"""`manage.py up` as a real process, for tests that look at it from outside."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"bounceadmin is ready at (http://\S+)  login: (\S+)  password: (.+)")
_LOOK = """
import json
from bounces.models import BounceEvent, InboundMessage
from lists.models import CampaignDay, MailingList, Subscription, Suppression, SuppressionLog
from django.db.models import Count, Sum
# Unsuppressing forgets what an address has gathered.
lifted = set(SuppressionLog.objects.filter(what="unsuppressed").values_list("address", flat=True))
gathered = Subscription.objects.exclude(subscriber__canonical__in=lifted)
said = BounceEvent.objects.filter(kind="bounce", category="hard", trust="verified")
print("LOOK" + json.dumps({
    "messages": dict(InboundMessage.objects.values_list("state").annotate(Count("id"))),
    "speaking": InboundMessage.objects.filter(kind__in=BounceEvent.Kind.values).count(),
    "events": dict(BounceEvent.objects.values_list("kind").annotate(Count("id"))),
    "counts": {l.name: list(CampaignDay.objects.filter(campaign__mailing_list=l).aggregate(
        *map(Sum, ("sent", "hard", "soft", "block", "complaint", "unverified"))).values())
        for l in MailingList.objects.all()},
    "hard_gathered": gathered.aggregate(n=Sum("hard_bounces"))["n"],
    "verified_bounces": BounceEvent.objects.filter(kind="bounce", trust="verified").count(),
    "hard_said": said.exclude(address__in=lifted).count(),
    "suppressed": Suppression.objects.count(),
    "log": SuppressionLog.objects.count(),
}))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def look(environment: dict[str, str]) -> dict:
    """What stands in the database, in numbers."""
    out = manage(environment, "shell", "-c", _LOOK)
    line = next((x for x in out.stdout.splitlines() if x.startswith("LOOK")), None)
    assert line is not None, out.stderr
    return json.loads(line.removeprefix("LOOK"))


class Up:
    """A running `manage.py up`."""

    def __init__(self, environment: dict[str, str], *arguments: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.lines: list[str] = []
        self._fresh: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "up", "--port", str(self.port), *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, words: str, seconds: float = 90) -> str:
        """The first line from now on that has `words`; fails where the process ends before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                line = self._fresh.get(timeout=0.2)
            except queue.Empty:
                assert self.process.poll() is None, "\n".join(self.lines)
                continue
            if words in line:
                return line
        raise AssertionError(f"{words!r} was not said: {self.lines}")

    def wait_until_ready(self) -> re.Match[str]:
        """The parts of the ready line: address, user, password."""
        found = READY.match(self.wait_for("is ready at"))
        assert found is not None
        return found

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = 15) -> int:
        """Wait for the exit code."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            self._fresh.put(line.rstrip())


class Visitor:
    """A browser without a screen: keeps cookies, fills in the login form."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> tuple[int, str]:
        """The status and the text of a page."""
        answer: http.client.HTTPResponse = self._opener.open(self._address + path, timeout=20)
        return answer.status, answer.read().decode()

    def log_in(self, username: str, password: str) -> tuple[int, str]:
        """The page that the login form leads to."""
        _, form = self.get("/admin/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        fields = {
            "csrfmiddlewaretoken": token[1],
            "username": username,
            "password": password,
            "next": "/admin/",
        }
        request = urllib.request.Request(
            f"{self._address}/admin/login/",
            urllib.parse.urlencode(fields).encode(),
            {"Referer": f"{self._address}/admin/login/"},
        )
        answer = self._opener.open(request, timeout=20)
        return answer.status, answer.read().decode()


def clean_environment(data_dir: Path) -> dict[str, str]:
    """This process's environment, with a data folder of its own and no accounts given."""
    dropped = ("ADMIN_USERNAME", "ADMIN_PASSWORD", "ADMIN_EMAIL", "DEMO_PASSWORD", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"DATA_DIR": str(data_dir)}
