"""gunicorn as shipped, under load: few connections to PostgreSQL, and what is told stored is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import requests
from django.conf import settings
from django.urls import reverse

from bounces.models import RawMessage
from lists.models import Suppression
from tests.bounceadmin.running import ROOT, free_port
from tests.factories import make_endpoint, make_user
from tests.services import need_postgresql
from tests.workers import children, until, url_of_test_database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]

CLIENTS = 40
CONNECTIONS = 3
TOKEN = "a token"
NAME = "web-under-load"


class Web:
    """A web process, and those who post to it until it is gone."""

    def __init__(self, folder: Path, processes: int = 1) -> None:
        self.port = free_port()
        self.log = folder / "log"
        self.address = f"http://127.0.0.1:{self.port}"
        self._endpoint = make_endpoint("json", TOKEN)
        self.stored: set[str] = set()
        self.statuses: set[int] = set()
        self.broken_off = 0
        self._stopping = False
        environment = os.environ | {
            "DATABASE_URL": f"{url_of_test_database()}?application_name={NAME}",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATA_DIR": str(folder),
            "WEB_CONCURRENCY": str(processes),
            "WEB_CONNECTIONS": str(CONNECTIONS),
            "LOG_LEVEL": "WARNING",
        }
        command = [
            *(sys.executable, "-m", "gunicorn", "bounceadmin.wsgi"),
            *("-b", f"127.0.0.1:{self.port}"),
        ]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
        self._clients = [threading.Thread(target=self._post, args=(n,)) for n in range(CLIENTS)]

    def begin(self) -> None:
        self.wait_until_it_answers()
        for client in self._clients:
            client.start()

    def wait_until_it_answers(self) -> None:
        for _ in range(300):
            try:
                requests.get(f"{self.address}/healthz", timeout=60)
                break
            except requests.ConnectionError:
                time.sleep(0.1)

    def wait_for(self, number: int) -> None:
        """Until so many more are stored."""
        enough = len(self.stored) + number
        for _ in range(3000):
            if len(self.stored) >= enough:
                return
            time.sleep(0.01)
        raise TimeoutError(self.log.read_text()[-3000:])

    def stop(self) -> int:
        self._stopping = True
        self.process.terminate()
        status = self.process.wait(30)
        for client in self._clients:
            client.join(30)
        return status

    def _post(self, client: int) -> None:
        with requests.Session() as session:
            for n in range(100_000):
                name = f"event-{client}-{n}."
                try:
                    self.statuses.add(self.post(name, session))
                except requests.RequestException:
                    self.broken_off += 1
                    if self._stopping:
                        return

    def post(self, name: str, session: requests.Session) -> int:
        event = {"event": "bounce", "email": "ann@example.net", "id": name}
        address = f"{self.address}/hooks/{self._endpoint.token}/"
        answer = session.post(
            address, json=event, timeout=30, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        if answer.status_code == 200:
            self.stored.add(name)
        return answer.status_code

    def not_stored(self) -> list[str]:
        """What was acknowledged and is not there."""
        kept = b" ".join(bytes(raw.content) for raw in RawMessage.objects.iterator())
        return [name for name in self.stored if name.encode() not in kept]


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[[int], Web]]:
    need_postgresql()
    started = []

    def start(processes: int) -> Web:
        started.append(Web(tmp_path, processes))
        return started[-1]

    yield start
    for web in started:
        for pid in [*children(web.process.pid), web.process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        web.process.wait(10)


def test_it_keeps_to_its_connections_and_what_it_has_acknowledged_is_stored(start):
    web = start(1)
    with psycopg.connect(url_of_test_database(), autocommit=True) as database:
        backends = (
            "FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
        )
        web.wait_until_it_answers()
        # None before processes are forked, which would all have it.
        assert database.execute(f"SELECT count(*) {backends}", [NAME]).fetchone() == (0,)
        web.begin()
        for _ in range(20):
            web.wait_for(10)
            (number,) = database.execute(f"SELECT count(*) {backends}", [NAME]).fetchone()
            assert 1 <= number <= CONNECTIONS
        # Those who wait for others to store hold none that these need.
        assert web.statuses == {200}
        # As a database that is started anew.
        database.execute(f"SELECT pg_terminate_backend(pid) {backends}", [NAME])
        web.wait_for(200)
        assert requests.get(f"{web.address}/readyz?exclude=broker", timeout=10).ok
        assert web.stop() == 0
    assert web.statuses <= {200, 503}
    assert web.not_stored() == []
    log = web.log.read_text()
    assert "Traceback" not in log and "Warning" not in log


def test_who_goes_away_leaves_no_connection_behind(start, client):
    client.force_login(make_user("Admin"))
    cookie = f"Cookie: sessionid={client.cookies['sessionid'].value}\r\n"
    Suppression.objects.bulk_create(
        Suppression(address=f"a{n}@example.net", scope="global", cause="manual")
        for n in range(12_000)
    )
    web = start(1)
    web.wait_until_it_answers()
    export = reverse("admin:lists_suppression_export")
    for path in (export, reverse("admin:index"), "/readyz", "/nowhere/") * 10:
        with socket.create_connection(("127.0.0.1", web.port)) as gone:
            gone.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n".encode())
            gone.recv(10)
    for _ in range(20):
        assert requests.get(f"{web.address}/readyz?exclude=broker", timeout=10).ok
    whole = requests.get(
        web.address + export, cookies={"sessionid": client.cookies["sessionid"].value}, timeout=20
    )
    assert len(whole.text.splitlines()) == 12_001
    web.process.terminate()
    assert web.process.wait(10) == 0
    assert "Traceback" not in web.log.read_text()


def test_what_it_is_storing_when_it_is_stopped_is_stored_and_answered(start):
    web = start(2)
    web.wait_until_it_answers()
    with ThreadPoolExecutor(20) as clients, psycopg.connect(url_of_test_database()) as database:
        database.execute("LOCK TABLE bounces_inboundmessage IN ACCESS EXCLUSIVE MODE")
        statuses = [clients.submit(web.post, f"event-{n}.", requests.Session()) for n in range(20)]
        time.sleep(1)
        web.process.terminate()
        time.sleep(1)
        database.rollback()
    assert web.process.wait(10) == 0
    assert {status.result() for status in statuses} == {200}
    assert len(web.stored) == 20 and web.not_stored() == []


@pytest.mark.parametrize("hurt", ["killed", "replaced"])
def test_processes_that_are_killed_or_replaced_lose_nothing_and_the_others_go_on(hurt, start):
    web = start(2)
    web.begin()
    web.wait_for(200)
    before = set(children(web.process.pid))
    if hurt == "killed":
        os.kill(min(before), signal.SIGKILL)
        until(lambda: min(before) not in children(web.process.pid), 10, web.log.read_text)
    else:
        web.process.send_signal(signal.SIGHUP)
        until(lambda: not before & set(children(web.process.pid)), 20, web.log.read_text)
    web.wait_for(200)
    assert len(children(web.process.pid)) == 2
    assert web.broken_off <= CLIENTS
    assert web.stop() == 0
    assert web.statuses == {200}
    assert web.not_stored() == []
