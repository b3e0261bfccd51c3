"""gunicorn as shipped, under load: few connections to PostgreSQL, and what is told stored is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from django.conf import settings

from bounces.models import RawMessage
from tests.bounceadmin.running import ROOT, free_port
from tests.factories import make_endpoint
from tests.services import need_postgresql
from tests.workers import url_of_test_database

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

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.log = folder / "log"
        self.address = f"http://127.0.0.1:{port}"
        self._endpoint = make_endpoint("json", TOKEN)
        self.stored: set[str] = set()
        self.statuses: set[int] = set()
        environment = os.environ | {
            "DATABASE_URL": f"{url_of_test_database()}?application_name={NAME}",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATA_DIR": str(folder),
            "WEB_CONCURRENCY": "1",
            "WEB_CONNECTIONS": str(CONNECTIONS),
            "LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "gunicorn", "bounceadmin.wsgi", "-b", f"127.0.0.1:{port}"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
        self._clients = [threading.Thread(target=self._post, args=(n,)) for n in range(CLIENTS)]

    def begin(self) -> None:
        for _ in range(300):
            try:
                requests.get(f"{self.address}/healthz", timeout=60)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        for client in self._clients:
            client.start()

    def wait_for(self, number: int) -> None:
        """Until so many more are stored."""
        enough = len(self.stored) + number
        for _ in range(3000):
            if len(self.stored) >= enough:
                return
            time.sleep(0.01)
        raise TimeoutError(self.log.read_text()[-3000:])

    def stop(self) -> int:
        self.process.terminate()
        status = self.process.wait(30)
        for client in self._clients:
            client.join(30)
        return status

    def _post(self, client: int) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {TOKEN}"
            for n in range(100_000):
                name = f"event-{client}-{n}."
                event = {"event": "bounce", "email": "ann@example.net", "id": name}
                try:
                    answer = session.post(
                        f"{self.address}/hooks/{self._endpoint.token}/", json=event, timeout=30
                    )
                except requests.RequestException:
                    return
                self.statuses.add(answer.status_code)
                if answer.status_code == 200:
                    self.stored.add(name)


@pytest.fixture
def web(tmp_path) -> Iterator[Web]:
    need_postgresql()
    web = Web(tmp_path)
    yield web
    web.process.kill()
    web.process.wait(10)


def test_it_keeps_to_its_connections_and_what_it_has_acknowledged_is_stored(web):
    with psycopg.connect(url_of_test_database(), autocommit=True) as database:
        backends = "FROM pg_stat_activity WHERE application_name = %s"
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
    kept = b" ".join(bytes(raw.content) for raw in RawMessage.objects.iterator())
    assert [name for name in web.stored if name.encode() not in kept] == []
    log = web.log.read_text()
    assert "Traceback" not in log and "Warning" not in log
