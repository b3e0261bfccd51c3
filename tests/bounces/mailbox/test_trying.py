"""*Test connection* says in one sentence what is wrong."""

from __future__ import annotations

import socket

import pytest
from imapclient import SocketTimeout

from bounces.sources.mailbox.trying import try_out
from bounces.sources.sealing import seal
from tests.bounces.mailbox.dovecot import PASSWORD
from tests.mails import dsn

pytestmark = pytest.mark.django_db
PROTOCOLS = pytest.mark.parametrize("protocol", ["imap", "pop3"])


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@PROTOCOLS
def test_a_mailbox_that_works_says_how_many_messages_wait(server, mailbox, protocol):
    box = mailbox(protocol=protocol)
    server.deliver(box.username, dsn(), dsn())

    trial = try_out(box)

    assert (trial.works, "holds 2 messages" in trial.sentence) == (True, True)
    assert server.messages(box.username) == 2


@PROTOCOLS
@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"host": "nowhere.invalid"}, "name", "nowhere.invalid was not found"),
        ({"port": "closed"}, "refused", "nothing listens there"),
        ({"ca_certificate": ""}, "certificate", "is not trusted"),
        ({"host": "127.0.0.1"}, "certificate", "Check the server's name"),
        ({"ca_certificate": "PEM?"}, "certificate", "no certificate in PEM"),
        ({"tls": "tls", "port": "plain"}, "tls", "does not speak TLS from the start"),
        ({"tls": "starttls", "ca_certificate": ""}, "certificate", "is not trusted"),
        ({"password": seal("wrong")}, "login", "Check user and password"),
        ({"password": "unsealable"}, "secret", "Enter it again"),
    ],
)
def test_each_failure_has_its_sentence(server, mailbox, protocol, fields, kind, words):
    fields = dict(fields)
    if fields.get("port") == "closed":
        fields["port"] = closed_port()
    if fields.get("port") == "plain":
        fields["port"] = server.ports[protocol]

    trial = try_out(mailbox(protocol=protocol, **fields))

    assert (trial.works, trial.kind) == (False, kind)
    assert words in trial.sentence
    assert PASSWORD not in trial.sentence


def test_a_folder_that_is_not_there_is_named(mailbox):
    trial = try_out(mailbox(folder="No such folder"))

    assert trial.kind == "folder"
    assert "No such folder" in trial.sentence


@PROTOCOLS
def test_a_server_that_says_nothing_does_not_hold_the_page(mailbox, monkeypatch, protocol):
    monkeypatch.setattr("bounces.sources.mailbox.imap._TIMEOUT", SocketTimeout(1, 1))
    monkeypatch.setattr("bounces.sources.mailbox.pop3._CONNECT_TIMEOUT", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        trial = try_out(mailbox(protocol=protocol, tls="none", port=silent.getsockname()[1]))

    assert trial.kind == "timeout"


@PROTOCOLS
def test_another_service_on_the_port_is_told(mailbox, server, protocol):
    other = server.ports["pop3" if protocol == "imap" else "imap"]

    trial = try_out(mailbox(protocol=protocol, tls="none", port=other))

    assert trial.kind == "protocol"
