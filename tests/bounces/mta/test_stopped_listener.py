"""The listener is told to stop: whatever it took is there, the others are told 421."""

from __future__ import annotations

import signal
import smtplib
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.mails import dsn

pytestmark = pytest.mark.slow


@pytest.fixture(params=["--lmtp", "--smtp"])
def kind(request) -> str:
    return request.param


@pytest.fixture
def start(installation, kind) -> Iterator[Callable[[], tuple[subprocess.Popen, int]]]:
    """Starts a listener of its own; returns its process and port."""
    started: list[subprocess.Popen] = []

    def start() -> tuple[subprocess.Popen, int]:
        process, port = installation.listen(kind)
        started.append(process)
        return process, port

    yield start
    for process in started:
        process.kill()
        process.wait(10)


def greeted(kind: str, port: int) -> smtplib.SMTP:
    """A client that has said hello."""
    client = (smtplib.LMTP if kind == "--lmtp" else smtplib.SMTP)("127.0.0.1", port, timeout=20)
    client.ehlo("mta.example.com")
    return client


def test_a_message_on_its_way_is_answered_and_who_has_not_begun_is_told_421(
    installation, kind, start
):
    process, port = start()
    sending, between, idle = (greeted(kind, port) for _ in range(3))
    for client in (sending, between):
        client.mail("")
        client.rcpt(installation.return_path)
    assert sending.docmd("DATA")[0] == 354
    first, second = dsn(to=installation.return_path).replace(b"\n", b"\r\n").split(b"\r\n\r\n", 1)
    sending.send(first + b"\r\n\r\n")

    process.send_signal(signal.SIGTERM)

    assert [client.getreply()[0] for client in (between, idle)] == [421, 421]
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    sending.send(second + b"\r\n.\r\n")
    assert sending.getreply()[0] == 250
    assert process.wait(15) == 0
    assert len(installation.messages()) == 1


def test_what_never_ends_is_told_421_and_keeps_nobody(installation, kind, start):
    process, port = start()
    client = greeted(kind, port)
    client.mail("")
    client.rcpt(installation.return_path)
    assert client.docmd("DATA")[0] == 354
    client.send(b"Subject: never ends\r\n")
    process.send_signal(signal.SIGTERM)
    assert client.getreply()[0] == 421
    assert process.wait(15) == 0
    assert installation.messages() == []
