"""A probe calls the listener, and hears whether it would take mail."""

from __future__ import annotations

import socket

from bounceadmin.operating import alive
from bounces.sources.listener.limits import Limits
from tests.bounceadmin.running import free_port


def test_a_listener_that_greets_is_alive(listening):
    for is_lmtp in (True, False):
        assert alive.main(["listener", str(listening(is_lmtp=is_lmtp))]) == ""


def test_a_listener_that_is_as_busy_as_it_may_be_is_alive(listening):
    port = listening(Limits(message_bytes=1_000, connections=1))
    with socket.create_connection(("127.0.0.1", port)) as other:
        assert other.recv(3) == b"220"
        assert alive.main(["listener", str(port)]) == ""


def test_where_nobody_listens_it_is_dead():
    port = free_port()
    assert f"at port {port} does not answer" in alive.main(["listener", str(port)])


def test_one_that_takes_calls_and_says_nothing_is_dead(monkeypatch):
    """So it is when its loop hangs: the system goes on taking calls for it."""
    monkeypatch.setattr(alive, "GREETS_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert "timed out" in alive.main(["listener", str(deaf.getsockname()[1])])
