"""Webhook requests a second that are stored and acknowledged, by the web server of production.

    python -m benchmarks.webhooks [requests [processes [connections [service]]]]

gunicorn, as `gunicorn.conf.py` sets it up, serves on loopback from a test database of the settings'
server (DATABASE_URL). Another process posts distinct requests to it, authenticated as the service
(`json`, our own hook with its token, or `sendgrid`, signed) does it, on connections that stay open,
the next as soon as the last is acknowledged. Its own processor time is told apart. The machine may
be busy with other things: look at the processor time a request.
"""

from __future__ import annotations

import multiprocessing
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from benchmarks import cpu, with_django  # noqa: F401
from bounces.models import InboundMessage
from tests.bounces.webhooks.services import SERVICES, Post, bearer
from tests.factories import make_endpoint

_TOKEN = "a token of the benchmark's"
_WARM = 200
"""Requests before it counts: connections are made, code is loaded."""


@dataclass(slots=True)
class Answered:
    """What the load generator saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    clock: float = 0.0
    cpu: float = 0.0

    def slowest(self, of_hundred: float) -> float:
        """Milliseconds within which so many of a hundred were answered."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * of_hundred / 100))]


# --- the load ---------------------------------------------------------------------------------


def requests_for(service: str, number: int) -> list[bytes]:
    """Requests, each with a bounce of its own, as they go over the wire."""
    if service == "json":
        endpoint = make_endpoint("json", _TOKEN)
        posts = [
            Post(
                b'{"event":"bounce","email":"person%d@example.net","type":"hard","id":"event-%d",'
                b'"diagnostic":"550 5.1.1 User unknown","campaign":"news"}' % (n, n),
                headers=bearer(_TOKEN),
            )
            for n in range(number)
        ]
    else:
        played = SERVICES[service]
        endpoint = played.endpoint()
        posts = [played.post(played.bounce(f"person{n}@example.net")) for n in range(number)]
    return [_on_the_wire(f"/hooks/{endpoint.token}/", post) for post in posts]


def _on_the_wire(path: str, post: Post) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {post.content_type}",
        f"Content-Length: {len(post.body)}",
        *(f"{name}: {value}" for name, value in post.headers.items()),
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + post.body


def post_all(port: int, requests: list[bytes], connections: int) -> Answered:
    """Post every request, on so many connections at once."""
    waiting, answered = deque(requests), Answered()
    clock, busy = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as selector:
        for _ in range(min(connections, len(requests))):
            line = _Line(port, selector)
            line.send(waiting.popleft())
        while selector.get_map():
            for key, _mask in selector.select():
                line = key.data
                status = line.receive()
                if status is None:
                    continue
                answered.statuses[status] += 1
                answered.seconds.append(time.perf_counter() - line.sent_at)
                if waiting:
                    line.send(waiting.popleft())
                else:
                    line.close()
    answered.clock, answered.cpu = time.perf_counter() - clock, time.process_time() - busy
    return answered


class _Line:
    """A connection that stays open, with one request at a time."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._answer = b""
        self._ends = False

    def send(self, request: bytes) -> None:
        if self._ends:
            self.close()
            self._open()
        self.sent_at = time.perf_counter()
        self._socket.sendall(request)

    def receive(self) -> int | None:
        """The status, once all of the answer is here."""
        got = self._socket.recv(65536)
        self._answer += got
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if got and not end:
            return None
        lines = head.lower().split(b"\r\n")
        length = next((int(n[15:]) for n in lines if n.startswith(b"content-length:")), 0)
        if got and len(body) < length:
            return None
        self._answer = b""
        # gunicorn replaces its processes now and then.
        self._ends = not got or b"connection: close" in lines
        return int(head.split()[1]) if end else 0

    def close(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()


# --- the server -------------------------------------------------------------------------------


@contextmanager
def serving(processes: int):
    """gunicorn on the test database; gives its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "bounceadmin.wsgi", "-b", f"127.0.0.1:{port}"]
    environment = os.environ | {
        "DATABASE_URL": _url_of_the_test_database(),
        "SECRET_KEY": settings.SECRET_KEY,
        "WEB_CONCURRENCY": str(processes),
    }
    # It logs as ever, into a file.
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, env=environment, stderr=log)
        try:
            _wait_for(port)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(30)


def _url_of_the_test_database() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor != "postgresql":
        return f"sqlite:///{name}"
    url = os.environ["DATABASE_URL"]
    return f"{url.rpartition('/')[0]}/{name}"


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("gunicorn does not listen.")


# --- the measurement --------------------------------------------------------------------------


def _measure(number: int, processes: int, connections: int, service: str) -> int:
    requests = requests_for(service, number + _WARM)
    with serving(processes) as (port, pid), multiprocessing.get_context("fork").Pool(1) as load:
        load.apply(post_all, (port, requests[:_WARM], connections))
        ours, backends = [pid, *cpu.children_of(pid)], cpu.other_backends()
        before = cpu.of(ours), cpu.of(backends)
        answered = load.apply(post_all, (port, requests[_WARM:], connections))
        web, database = cpu.of(ours) - before[0], cpu.of(backends) - before[1]
    stored = InboundMessage.objects.count()
    if answered.statuses != Counter({200: number}) or stored != len(requests):
        print(f"Of {len(requests):,} {stored:,} are stored; answers: {dict(answered.statuses)}")
        return 1
    print(f"{connection.vendor}, {number:,} requests of {service}, {processes} processes,")
    print(f"{connections} connections, broker {settings.CELERY_BROKER_URL.partition(':')[0]}")
    print(f"{'stored and acknowledged':34}{number / answered.clock:10,.0f} a second")
    print(f"{'answered within (50, 99 of 100)':34}", end="")
    print(f"{answered.slowest(50):8.1f} ms {answered.slowest(99):8.1f} ms")
    for title, spent in (("web", web), ("database", database), ("load generator", answered.cpu)):
        print(f"{'CPU ' + title:34}{spent:8.2f} s  {1e6 * spent / number:8.0f} µs a request")
    print(f"{'on two cores of its own':34}{2 * number / (web + database):10,.0f} a second")
    return 0


def main(
    number: int = 10_000, processes: int = 2, connections: int = 64, service: str = "json"
) -> int:
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor != "postgresql":  # In a file, since several processes use it.
            connection.settings_dict["TEST"]["NAME"] = f"{folder}/bench.sqlite3"
        former = setup_databases(verbosity=0, interactive=False)
        try:
            return _measure(number, processes, connections, service)
        finally:
            teardown_databases(former, verbosity=0)


if __name__ == "__main__":
    _numbers, _service = sys.argv[1:4], sys.argv[4:5]
    sys.exit(main(*map(int, _numbers), **({"service": _service[0]} if _service else {})))
