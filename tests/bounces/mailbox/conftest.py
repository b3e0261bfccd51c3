"""A Dovecot for all tests of this folder, and mailboxes on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from bounces.models import Mailbox, MailboxRun
from bounces.sources.mailbox import fetching
from bounces.sources.sealing import seal
from tests.bounces.mailbox.dovecot import PASSWORD, Dovecot, dovecot

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def mailbox(server, db) -> Callable[..., Mailbox]:
    """Make a mailbox of a fresh user; by default IMAP by TLS whose messages are deleted."""

    def make(**fields) -> Mailbox:
        n = next(_numbers)
        protocol, tls = fields.get("protocol", "imap"), fields.get("tls", "tls")
        defaults = {
            "name": f"Mailbox {n}",
            "protocol": protocol,
            "host": "localhost",
            "port": server.ports[protocol + ("s" if tls == "tls" else "")],
            "tls": tls,
            "ca_certificate": server.ca_certificate,
            "username": f"user{n}",
            "password": seal(PASSWORD),
            "afterwards": "delete",
        }
        return Mailbox.objects.create(**defaults | fields)

    return make


@pytest.fixture
def fetched(monkeypatch) -> Callable[[Mailbox], MailboxRun]:
    """Fetch a mailbox, and return the run; what workers would be told is not told."""
    monkeypatch.setattr("bounces.sources.mailbox.scheduling.announce", lambda pk: True)

    def fetch(box: Mailbox) -> MailboxRun:
        run = fetching.fetch(box.pk)
        assert run is not None
        box.refresh_from_db()
        return run

    return fetch
