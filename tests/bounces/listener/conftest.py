"""A listener in a thread of the test, and clients that talk to it."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator

import pytest

from bounces.sources.listener.limits import Limits
from bounces.sources.listener.server import Listener, Place
from tests.bounceadmin.running import free_port


@pytest.fixture
def listening(transactional_db) -> Iterator[Callable[..., int]]:
    """Start a listener (LMTP unless told); returns its port."""
    started: list[tuple[Listener, threading.Thread]] = []

    def start(limits: Limits | None = None, **place) -> int:
        port = free_port()
        ready = threading.Event()
        listener = Listener(
            Place(port=port, **place), limits or Limits(message_bytes=100_000), ready.set
        )
        thread = threading.Thread(target=listener.run, daemon=True)
        thread.start()
        assert ready.wait(10)
        started.append((listener, thread))
        return port

    yield start
    for listener, thread in started:
        listener.stop()
        thread.join(15)
        assert not thread.is_alive()


@pytest.fixture
def lmtp(listening) -> Iterator[smtplib.LMTP]:
    """A client that has said LHLO."""
    with smtplib.LMTP("127.0.0.1", listening(), timeout=10) as client:
        client.ehlo("mta.example.com")
        yield client


@pytest.fixture
def smtp(listening) -> Iterator[smtplib.SMTP]:
    """A client that has said EHLO."""
    with smtplib.SMTP("127.0.0.1", listening(is_lmtp=False), timeout=10) as client:
        client.ehlo("mta.example.com")
        yield client
