"""A real Postfix bounces mail, and the bounce ends in our counts by listener and by pipe."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest

from tests.bounceadmin.running import ROOT, manage
from tests.bounces.mta.conftest import USER
from tests.bounces.mta.interpreter import PYTHON
from tests.bounces.mta.postfix import postfix
from tests.diagnostics.checks.mail_host import Mailboxes, mail_host

pytestmark = pytest.mark.slow

# As docs/roads.md has it: the recipient is asked for before the mail is taken.
BY_LMTP = """
relay_domains = bounces.example.com
transport_maps = inline:{{ bounces.example.com=lmtp:inet:127.0.0.1:{port} }}
smtpd_recipient_restrictions = reject_unauth_destination, reject_unverified_recipient
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
unverified_recipient_reject_code = 550
unverified_recipient_defer_code = 450
address_verify_map =
address_verify_poll_count = 5
address_verify_poll_delay = 1s
lmtp_tls_security_level = none
"""
BY_PIPE = """
relay_domains = bounces.example.com
transport_maps = inline:{ bounces.example.com=bounceadmin: }
bounceadmin_destination_recipient_limit = 1
"""
PIPE_SERVICE = (
    "bounceadmin unix - n n - 4 pipe flags=Rq user={user} null_sender= directory={root}\n"
    "  argv={python} {root}/manage.py ingest - --sender=<${{sender}}> --recipient=${{recipient}}"
)


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The recipient's mail host, which knows nobody."""
    with mail_host(Mailboxes({})) as port:
        yield port


def send(port: int, sender: str, recipient: str) -> None:
    """Send a letter, which the recipient's host refuses: it bounces to its sender."""
    letter = f"From: news@example.com\r\nTo: {recipient}\r\nSubject: Spring\r\n\r\nHello!\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(sender, [recipient], letter)


def test_a_bounce_comes_by_lmtp_and_is_proved(installation, listening, elsewhere):
    port = listening()
    with postfix(main=BY_LMTP.format(port=port), elsewhere=elsewhere) as mta:
        send(mta.submission, installation.return_path, "ann@example.net")
        mta.wait_for(f"relay=127.0.0.1.*:{port}.*status=sent")

    assert installation.messages() == [("listener", installation.return_path, "pending")]
    # The worker's part, done here by hand: what is stored is processed.
    sweep = "from bounces import pipeline; from bounces.models import InboundMessage as M;"
    sweep += "pipeline.process(list(M.objects.values_list('pk', flat=True)))"
    assert manage(installation.environment, "shell", "-c", sweep).returncode == 0
    assert installation.events() == [("bounce", "ann@example.net", "signed")]


def test_postfix_refuses_unknown_recipients_itself_because_it_asks_us(installation, listening):
    port = listening()
    with postfix(main=BY_LMTP.format(port=port)) as mta, smtplib.SMTP("127.0.0.1", mta.port) as c:
        c.ehlo("client.example.org")
        c.mail("<>")
        code, text = c.rcpt("nobody@bounces.example.com")
        assert (code, b"5.1.1" in text) == (550, True)
        assert c.rcpt(installation.return_path)[0] == 250


def test_a_message_too_large_for_us_is_refused_and_not_sent_again(installation, listening):
    port = listening("--max-size", "20000")
    with postfix(main=BY_LMTP.format(port=port)) as mta:
        with smtplib.SMTP("127.0.0.1", mta.port) as client:
            body = "Subject: x\r\n\r\n" + "y" * 70 + "\r\nz" * 20_000
            client.sendmail("", [installation.return_path], body)
        mta.wait_for("dsn=5.3.4, status=bounced")


def test_during_a_database_outage_postfix_keeps_the_bounce_and_tries_again(
    installation, listening, elsewhere
):
    port = listening()
    database = installation.folder / "data" / "bounceadmin.sqlite3"
    away = installation.folder / "away"
    with postfix(main=BY_LMTP.format(port=port), elsewhere=elsewhere) as mta:
        # SQLite's way of being away: its file is no database.
        database.rename(away)
        database.mkdir()
        send(mta.submission, installation.return_path, "ann@example.net")
        line = mta.wait_for("451 4.3.0")
        assert "status=deferred" in line
        database.rmdir()
        away.rename(database)
        mta.wait_for("status=sent .250 2.0.0 Stored")
    assert len(installation.messages()) == 1


@pytest.fixture
def pipe(as_nobody, nobodys_python):
    """The line of master.cf; pipe(8) clears the environment, so that the command sets its own."""
    environment = nobodys_python | {"DATA_DIR": as_nobody.environment["DATA_DIR"]}
    command = " ".join(["/usr/bin/env", *(f"{k}={v}" for k, v in environment.items())])
    return PIPE_SERVICE.format(user=USER, root=ROOT, python=f"{command} {PYTHON}")


def test_a_bounce_comes_by_the_pipe_and_is_proved(as_nobody, pipe, elsewhere):
    with postfix(main=BY_PIPE, services=pipe, elsewhere=elsewhere) as mta:
        send(mta.submission, as_nobody.return_path, "ann@example.net")
        mta.wait_for("relay=bounceadmin.*status=sent")

    assert as_nobody.messages() == [("pipe", as_nobody.return_path, "processed")]
    assert as_nobody.events() == [("bounce", "ann@example.net", "signed")]


def test_a_pipe_without_its_database_has_postfix_try_again(as_nobody, pipe, elsewhere):
    database = as_nobody.folder / "data" / "bounceadmin.sqlite3"
    away = as_nobody.folder / "away"
    with postfix(main=BY_PIPE, services=pipe, elsewhere=elsewhere) as mta:
        database.rename(away)
        database.mkdir()
        send(mta.submission, as_nobody.return_path, "ann@example.net")
        assert "status=deferred" in mta.wait_for("relay=bounceadmin")
        database.rmdir()
        away.rename(database)
        mta.wait_for("relay=bounceadmin.*status=sent")
    assert len(as_nobody.messages()) == 1


def test_a_pipe_without_its_settings_has_postfix_try_again(as_nobody, pipe, elsewhere):
    broken = pipe.replace("DATA_DIR=", "DATA_DIR=/proc/nowhere")
    with postfix(main=BY_PIPE, services=broken, elsewhere=elsewhere) as mta:
        send(mta.submission, as_nobody.return_path, "ann@example.net")
        assert "status=deferred" in mta.wait_for("relay=bounceadmin")
