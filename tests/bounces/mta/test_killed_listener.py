"""The listener ends at random points under load: what it acknowledged is there, once."""

from __future__ import annotations

import random
import signal
import smtplib
import subprocess
import sys
import threading
import time

import pytest

from tests.bounceadmin.running import ROOT, free_port
from tests.mails import dsn

pytestmark = pytest.mark.slow

KILLS = 6
SENDERS = 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0)])
def test_what_was_acknowledged_is_stored_once_however_often_the_listener_ends(
    installation, number, code
):
    port = free_port()
    done = threading.Event()
    taken: list[bytes] = []

    def send_until_done() -> None:
        """As an MTA does: a message without its 250 is tried again."""
        while not done.is_set():
            message = dsn(to=installation.return_path)
            while not _is_taken(port, installation.return_path, message):
                time.sleep(0.02)
            taken.append(message)

    listener = _start(installation, port)
    senders = [threading.Thread(target=send_until_done) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    dice = random.Random(4)
    for _ in range(KILLS):
        _wait_for(port)
        time.sleep(dice.uniform(0.05, 0.6))
        listener.send_signal(number)
        assert listener.wait(timeout=20) == code
        listener = _start(installation, port)
    _wait_for(port)
    done.set()
    for sender in senders:
        sender.join(timeout=60)
        assert not sender.is_alive()
    listener.terminate()
    assert listener.wait(timeout=20) == 0

    stored = installation.messages()
    assert len(taken) > 10 * KILLS
    assert len(stored) == len(taken)
    assert {source for source, _recipient, _state in stored} == {"listener"}


def _start(installation, port: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "listen", "--lmtp", "--port", str(port)],
        cwd=ROOT,
        env=installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _is_taken(port: int, recipient: str, message: bytes) -> bool:
    try:
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.sendmail("", [recipient], message)
    except (OSError, smtplib.SMTPException):
        return False
    return True


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with smtplib.LMTP("127.0.0.1", port):
                return
        except (OSError, smtplib.SMTPException):
            time.sleep(0.1)
    pytest.fail("the listener does not answer")
