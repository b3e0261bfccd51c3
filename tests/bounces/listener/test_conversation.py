"""What the listener answers, by LMTP and by SMTP."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import threading
import time

import pytest
from django.db import OperationalError

from bounces.models import BounceAddress, InboundMessage
from bounces.sources.listener import taking
from bounces.sources.listener.limits import Limits
from bounces.sources.listener.server import CannotListenError, Listener, Place
from lists.own_name import own_name
from lists.return_paths import return_path
from tests.bounceadmin.running import free_port
from tests.diagnostics.checks.mail_host import authority, server_context
from tests.factories import make_campaign, make_subscriber
from tests.mails import dsn


@pytest.fixture
def campaign(transactional_db):
    return make_campaign(bounce_address="bounces-spring@bounces.example.com")


def signed(campaign, address="ann@example.net"):
    return return_path(campaign, make_subscriber(address, campaign.mailing_list))


def rcpt(client, address: str) -> tuple[int, str]:
    client.mail("<>")
    code, text = client.rcpt(address)
    client.rset()
    return code, text.decode()


def test_a_bounce_is_stored_with_its_envelope(lmtp, campaign):
    recipient = signed(campaign)
    raw = dsn(to=recipient).replace(b"\n", b"\r\n")

    assert lmtp.sendmail("", [recipient], raw) == {}

    row = InboundMessage.objects.get()
    assert (row.source, row.envelope_sender, row.envelope_recipient) == (
        "listener",
        "<>",
        recipient,
    )
    assert bytes(row.raw) == raw


def test_each_lmtp_recipient_has_an_answer_and_a_message_of_its_own(lmtp, campaign):
    recipients = [signed(campaign), campaign.bounce_address]

    lmtp.mail("<>")
    for recipient in recipients:
        lmtp.rcpt(recipient)
    assert [lmtp.data(dsn())[0], lmtp.getreply()[0]] == [250, 250]

    # Which of those that are stored together is first, PostgreSQL decides.
    stored = InboundMessage.objects.values_list("envelope_recipient", flat=True)
    assert sorted(stored) == sorted(recipients)


def test_the_same_message_twice_is_one(lmtp, campaign):
    raw = dsn()
    for _ in range(2):
        lmtp.sendmail("", [campaign.bounce_address], raw)

    assert InboundMessage.objects.count() == 1


@pytest.mark.parametrize("kind", ["lmtp", "smtp"])
def test_unknown_and_unsigned_recipients_are_refused(kind, campaign, request):
    client = request.getfixturevalue(kind)
    good = signed(campaign)
    forged = good.replace("@", "x@")
    elsewhere = good.replace("@bounces.example.com", "@other.example.com")
    plain = "bounces+ann=example.net@bounces.example.com"

    for bad in ("nobody@bounces.example.com", forged, elsewhere, plain, "postmaster"):
        code, text = rcpt(client, bad)
        assert (code, text[:5]) == (550, "5.1.1"), bad
    assert rcpt(client, good)[0] == 250
    # Letters change their case on the way, and nothing depends on it.
    assert rcpt(client, good.upper())[0] == 250


def test_listening_addresses_are_taken_with_details_only_where_so_wished(lmtp):
    BounceAddress.objects.create(address="fbl@example.com")
    BounceAddress.objects.create(address="bounces@example.com", with_details=True)

    assert rcpt(lmtp, "FBL@Example.com")[0] == 250
    assert rcpt(lmtp, "fbl+x@example.com")[0] == 550
    assert rcpt(lmtp, "bounces+ann=example.net@example.com")[0] == 250


@pytest.mark.parametrize("kind", ["lmtp", "smtp"])
def test_a_message_too_large_is_refused_before_and_after_it_is_sent(kind, campaign, request):
    client = request.getfixturevalue(kind)
    assert client.esmtp_features["size"] == "100000"
    client.mail("<>", ["SIZE=100001"])
    assert client.mail("<>", ["SIZE=100001"]) == (
        552,
        b"5.3.4 The message is larger than is taken here",
    )
    client.rset()
    client.mail("<>")
    client.rcpt(campaign.bounce_address)
    code, text = client.data(b"x" * 99_000 + b"\r\n" + b"y" * 200_000)
    assert (code, text[:5]) == (552, b"5.3.4")
    # The conversation goes on.
    assert client.sendmail("", [campaign.bounce_address], dsn()) == {}
    assert InboundMessage.objects.count() == 1


def test_lines_of_any_length_and_dots_arrive_as_they_were_sent(lmtp, campaign):
    raw = b"Subject: x\r\n\r\n" + b"a" * 70_000 + b"\r\n.\r\n..\r\n.b\r\nbare\nlf\r\nend\r\n"

    lmtp.sendmail("", [campaign.bounce_address], raw)

    assert bytes(InboundMessage.objects.get().raw) == raw


def test_a_second_message_cannot_be_smuggled_in(lmtp, campaign):
    lmtp.mail("<>")
    lmtp.rcpt(campaign.bounce_address)
    lmtp.putcmd("data")
    lmtp.getreply()
    lmtp.send(b"Subject: one\r\n\r\nx\n.\nMAIL FROM:<>\r\n\n.\r\nRCPT TO:<x@y.z>\r\n.\r\n")

    assert lmtp.getreply()[0] == 250
    assert InboundMessage.objects.count() == 1


def test_an_empty_message_is_refused(lmtp, campaign):
    lmtp.mail("<>")
    lmtp.rcpt(campaign.bounce_address)

    assert lmtp.data(b"")[0] == 554


@pytest.mark.parametrize("what", ["is_ours", "store"])
def test_without_the_database_the_peer_is_told_to_try_again(lmtp, campaign, monkeypatch, what):
    def away(*args):
        raise OperationalError("no connection")

    monkeypatch.setattr(taking, what, away)
    lmtp.mail("<>")
    code, text = lmtp.rcpt(campaign.bounce_address)
    if what == "store":
        assert code == 250
        code, text = lmtp.data(dsn())

    assert (code, text[:5]) == (451, b"4.3.0")
    monkeypatch.undo()
    lmtp.rset()
    assert lmtp.sendmail("", [campaign.bounce_address], dsn()) == {}


def test_the_answer_comes_after_the_commit(lmtp, campaign, monkeypatch):
    real = taking.store
    seen = []

    def slow(messages):
        time.sleep(0.3)
        done = real(messages)
        seen.append(InboundMessage.objects.count())
        return done

    monkeypatch.setattr(taking, "store", slow)
    started = time.monotonic()
    lmtp.sendmail("", [campaign.bounce_address], dsn())

    assert seen == [1]
    assert time.monotonic() - started > 0.3


def test_a_recipient_too_many_is_put_off(listening, campaign):
    port = listening(Limits(message_bytes=1000, recipients=2))
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("<>")
        codes = [client.rcpt(campaign.bounce_address)[0] for _ in range(3)]

    assert codes == [250, 250, 452]


def test_who_guesses_addresses_is_hung_up_on(listening):
    port = listening(Limits(message_bytes=1000, refused_recipients=3))
    with contextlib.suppress(smtplib.SMTPServerDisconnected), smtplib.LMTP("127.0.0.1", port) as c:
        c.ehlo()
        c.mail("<>")
        codes = [c.rcpt(f"guess{n}@example.com")[0] for n in range(4)]
        assert codes == [550, 550, 550, 421]
        c.noop()
        pytest.fail("the connection is still open")


def test_connections_are_limited_for_a_peer_and_come_free_again(listening):
    port = listening(Limits(message_bytes=1000, connections_per_peer=2))
    first = smtplib.LMTP("127.0.0.1", port)
    with smtplib.LMTP("127.0.0.1", port):
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            smtplib.LMTP("127.0.0.1", port)
        assert refused.value.smtp_code == 421
    first.close()
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with contextlib.suppress(smtplib.SMTPConnectError):
            smtplib.LMTP("127.0.0.1", port).close()
            return
    pytest.fail("no room came free")


def test_who_says_nothing_is_hung_up_on(listening):
    port = listening(Limits(message_bytes=1000, idle_seconds=0.2))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        assert peer.recv(100).startswith(b"220")
        assert peer.recv(100) == b""


def test_it_greets_with_the_name_that_the_mx_records_have(listening, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "bounces.example.com"]
    port = listening(is_lmtp=False, name=own_name())
    with smtplib.SMTP() as client:
        assert client.connect("127.0.0.1", port)[1].startswith(b"bounces.example.com ")


@pytest.mark.parametrize(
    ("hosts", "name"),
    [
        (["*"], ""),
        (["localhost", "192.0.2.4", "[::1]"], ""),
        ([".example.com", "b.example.net"], "example.com"),
    ],
)
def test_only_a_whole_host_name_is_a_name(hosts, name, settings):
    settings.ALLOWED_HOSTS = hosts
    assert own_name() == name


def test_starttls_is_offered_and_can_be_required(listening, campaign, tmp_path):
    issuer = authority()
    server_context(issuer, "localhost", tmp_path)
    port = listening(certificate=tmp_path / "localhost.pem", require_tls=True, is_lmtp=False)
    with smtplib.SMTP("localhost", port) as client:
        client.ehlo()
        assert client.mail("<>")[0] == 530
        client.starttls(context=issuer.context())
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.sendmail("", [campaign.bounce_address], dsn()) == {}
    assert InboundMessage.objects.count() == 1


def test_an_smtp_client_is_written_down_and_an_mta_of_ours_is_not(listening, lmtp, campaign):
    with smtplib.SMTP("127.0.0.1", listening(is_lmtp=False)) as client:
        client.ehlo("mx.example.net")
        client.sendmail("", [campaign.bounce_address], dsn())
    lmtp.sendmail("", [campaign.bounce_address], dsn())
    seen = InboundMessage.objects.order_by("id").values_list("client_ip", "client_helo")
    assert list(seen) == [("127.0.0.1", "mx.example.net"), ("", "")]


@pytest.mark.parametrize("place", [{"certificate": "none.pem"}, {"require_tls": True}])
def test_a_certificate_that_cannot_be_used_is_said_at_the_start(place):
    with pytest.raises(CannotListenError):
        Listener(Place(**place), Limits(1000))


def test_a_port_in_use_is_said(listening):
    port = listening()
    with pytest.raises(CannotListenError, match="in use"):
        Listener(Place(port=port), Limits(1000)).run()


def test_stopping_finishes_the_message_under_way(
    transactional_db, campaign, listening, monkeypatch
):
    real = taking.store

    def slow(messages):
        time.sleep(0.5)
        return real(messages)

    monkeypatch.setattr(taking, "store", slow)
    port, ready = free_port(), threading.Event()
    listener = Listener(Place(port=port), Limits(100_000), ready.set)
    thread = threading.Thread(target=listener.run)
    thread.start()
    ready.wait(5)
    client = smtplib.LMTP("127.0.0.1", port)
    client.ehlo()
    client.mail("<>")
    client.rcpt(campaign.bounce_address)
    threading.Timer(0.2, listener.stop).start()

    assert client.data(dsn())[0] == 250

    thread.join(10)
    assert not thread.is_alive()
    assert InboundMessage.objects.count() == 1
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_helo_is_no_lmtp_and_lhlo_no_smtp(lmtp, listening):
    assert lmtp.docmd("EHLO x")[0] == 500
    with smtplib.SMTP("127.0.0.1", listening(is_lmtp=False)) as client:
        assert client.docmd("LHLO x")[0] == 500
