"""The talk with a mail host, real or scripted, on loopback."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagnostics.checks.connecting import connector
from diagnostics.checks.mailbox import findings, probe
from diagnostics.checks.mx import MailHost, MailRoute
from diagnostics.checks.smtp import Bounds, SmtpTalk, talk
from diagnostics.checks.zones import ZoneResolver
from network.addresses import AddressPolicy
from tests.diagnostics.checks.mail_host import (
    NOW,
    Mailboxes,
    authority,
    mail_host,
    scripted,
    server_context,
)

HOST = "mx.example.com"
BOUNCES = "bounces@example.com"
NOBODY = "no-such-user-4f2a@example.com"
KNOWN = {BOUNCES: "250 OK"}
CONNECT = connector(
    ZoneResolver({HOST: {"A": ["127.0.0.1"]}}), AddressPolicy.allowing(["127.0.0.0/8"])
)
ROUTE = MailRoute("example.com", "found", (MailHost(HOST, 10, ("127.0.0.1",)),))


def talk_to(port: int, *recipients: str, seconds: float = 5.0, **options: object) -> SmtpTalk:
    return talk(HOST, recipients, CONNECT, port=port, bounds=Bounds(seconds), **options)  # type: ignore[arg-type]


def statuses(port: int, **options: object) -> dict[str, str]:
    probed = probe(ROUTE, [BOUNCES], NOBODY, CONNECT, port=port, bounds=Bounds(5), **options)  # type: ignore[arg-type]
    return {one.title: one.status for one in findings(probed, now=NOW)}


def test_a_real_host_says_which_addresses_it_takes_and_gets_no_message() -> None:
    handler = Mailboxes(KNOWN)
    with mail_host(handler) as port:
        found = talk_to(port, BOUNCES, NOBODY)
    assert [reply.code for reply in found.recipients] == [250, 550]
    assert found.banner is not None
    assert found.banner.code == 220
    assert (found.error, found.address, handler.data) == ("", "127.0.0.1", 0)
    assert [reply.command for reply in found.replies] == [
        "",
        "EHLO localhost",
        "MAIL FROM:<>",
        f"RCPT TO:<{BOUNCES}>",
        f"RCPT TO:<{NOBODY}>",
        "RSET",
        "QUIT",
    ]


def test_a_host_as_it_should_be_gets_two_good_findings() -> None:
    with mail_host(Mailboxes(KNOWN)) as port:
        found = statuses(port)
    assert found[f"{HOST} takes mail for {BOUNCES}."] == "ok"
    assert found[f"{HOST} refuses addresses that do not exist."] == "ok"
    assert found[f"{HOST} does not offer STARTTLS."] == "info"


@pytest.mark.parametrize(
    ("known", "otherwise", "title", "status"),
    [
        ({}, "550 5.1.1 No such user", f"{HOST} refuses mail for {BOUNCES}: 550 5.1.1 No such user",
         "problem"),
        ({BOUNCES: "450 4.2.0 Greylisted"}, "550 no",
         f"{HOST} refuses mail for {BOUNCES} for now: 450 4.2.0 Greylisted", "warning"),
        ({BOUNCES: "554 5.7.1 Your address is listed"}, "554 5.7.1 Your address is listed",
         f"{HOST} refuses us, not the address: 554 5.7.1 Your address is listed",
         "could-not-check"),
        ({}, "554 5.7.1 Client host rejected",
         f"{HOST} did not say whether it refuses unknown addresses: 554.", "could-not-check"),
        ({}, "250 OK", f"{HOST} takes mail for addresses that do not exist.", "warning"),
    ],
)  # fmt: skip
def test_replies_at_rcpt_are_judged(
    known: dict[str, str], otherwise: str, title: str, status: str
) -> None:
    with mail_host(Mailboxes(known, otherwise)) as port:
        assert statuses(port)[title] == status


def test_a_trusted_certificate_is_said_to_be_trusted(tmp_path: Path) -> None:
    issuer = authority()
    with mail_host(Mailboxes(KNOWN), server_context(issuer, HOST, tmp_path)) as port:
        found = talk_to(port, BOUNCES, context=issuer.context())
        judged = statuses(port, context=issuer.context())
    assert found.certificate is not None
    assert (found.certificate.trusted, found.certificate.names) == (True, (HOST,))
    assert found.certificate.protocol.startswith("TLSv1")
    assert [reply.code for reply in found.recipients] == [250]
    assert judged[f"{HOST} offers STARTTLS with a trusted certificate."] == "ok"


def test_a_stranger_s_certificate_is_not_trusted_but_the_talk_goes_on(tmp_path: Path) -> None:
    context = server_context(authority(), HOST, tmp_path)
    with mail_host(Mailboxes(KNOWN), context) as port:
        found = talk_to(port, BOUNCES)
    assert found.certificate is not None
    assert not found.certificate.trusted
    assert found.certificate.fault
    assert [reply.code for reply in found.recipients] == [250]


def test_an_authority_that_another_has_signed_may_be_trusted_by_itself(tmp_path: Path) -> None:
    issuer = authority(authority())
    with mail_host(Mailboxes(KNOWN), server_context(issuer, HOST, tmp_path)) as port:
        found = talk_to(port, BOUNCES, context=issuer.context())
    assert found.certificate is not None
    assert (found.certificate.trusted, found.certificate.fault) == (True, "")


def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    issuer = authority()
    with mail_host(Mailboxes(KNOWN), server_context(issuer, "www.example.com", tmp_path)) as port:
        found = talk_to(port, BOUNCES, context=issuer.context())
    assert found.certificate is not None
    assert HOST in found.certificate.fault
    assert found.certificate.names == ("www.example.com",)


@pytest.mark.parametrize(("days", "word"), [(5, "ends"), (-2, "ended")])
def test_a_certificate_that_ends_is_announced(tmp_path: Path, days: int, word: str) -> None:
    issuer = authority()
    context = server_context(issuer, HOST, tmp_path, days=days)
    with mail_host(Mailboxes(KNOWN), context) as port:
        probed = probe(ROUTE, [BOUNCES], NOBODY, CONNECT, port=port, context=issuer.context())
    certificate = probed.talks[0].certificate
    assert certificate is not None
    title = f"The certificate of {HOST} {word} on {certificate.not_after:%Y-%m-%d}."
    warned = [one.title for one in findings(probed, now=datetime.now(UTC))]
    assert title in warned
    assert certificate.trusted == (word == "ends")


def test_a_host_whose_tls_is_broken_is_talked_to_without() -> None:
    script = [b"220 hi\r\n", b"250-me\r\n250 STARTTLS\r\n", b"220 go\r\nnot tls"]
    with scripted(script) as port:
        found = talk_to(port, BOUNCES)
    assert "STARTTLS" in found.error  # what follows the reply is an injection (RFC 3207)
    script = [b"220 hi\r\n", b"250-me\r\n250 STARTTLS\r\n", b"220 go\r\n", None]
    with scripted(script) as port:
        found = talk_to(port, BOUNCES)
    assert found.tls_error.startswith("TLS could not be agreed on")


HARDLY_SMTP = [
    ([b"554 go away\r\n"], "The host does not greet: 554 go away"),
    ([b"421 busy\r\n"], "The host does not greet: 421 busy"),
    ([b"HTTP/1.1 400 Bad Request\r\n"], "The host does not speak SMTP"),
    ([b"\xff\xfe\r\n"], "The host does not speak SMTP"),
    ([b"220 hi\r\n", b"550 no\r\n", b"550 no\r\n"], "The host refuses the greeting: 550 no"),
    ([b"220 hi\r\n", b"250 me\r\n", b"550 5.7.1 no null\r\n"], "refuses the empty sender"),
    ([b"220 hi\r\n", None], "The host closed the connection after 'EHLO localhost'"),
    ([None], "The host closed the connection before it greeted"),
    ([b"220-x\r\n" * 200], "A reply has more than 100 lines"),
    ([b"220 " + b"x" * 9000], "A reply line is longer than 2048 octets"),
    ([b"220 hi\r\n", b"250-half"], "No reply after 'EHLO localhost': no answer in time"),
]


@pytest.mark.parametrize(("script", "error"), HARDLY_SMTP)
def test_a_host_that_misbehaves_ends_the_talk(script: list[bytes | None], error: str) -> None:
    with scripted(script) as port:
        found = talk_to(port, BOUNCES, seconds=1.0)
    assert error in found.error
    assert found.recipients == ()


def test_a_slow_host_cannot_hold_the_talk_for_longer_than_allowed() -> None:
    with scripted([b"220 hi\r\n", b"250-one\r\n250-two"]) as port:
        began = time.monotonic()
        talk_to(port, BOUNCES, seconds=0.5)
    assert time.monotonic() - began < 2


def test_an_old_host_is_greeted_with_helo() -> None:
    script = [b"220 hi\r\n", b"502 what\r\n", b"250 me\r\n", b"250 ok\r\n", b"250 ok\r\n"]
    with scripted(script) as port:
        found = talk_to(port, BOUNCES, seconds=1.0)
    assert [reply.code for reply in found.recipients] == [250]


def test_a_banner_without_a_host_name_is_mentioned() -> None:
    with scripted([b"220 welcome\r\n", b"250 me\r\n", b"250 ok\r\n"]) as port:
        found = statuses(port)
    assert found[f"{HOST} greets with 'welcome', which names no host."] == "info"


def test_an_address_cannot_smuggle_a_command() -> None:
    handler = Mailboxes({}, "550 no")
    with mail_host(handler) as port:
        found = talk_to(port, "x@example.com>\r\nDATA\r\n")
    assert found.replies[3].command == "RCPT TO:<x@example.comDATA>"
    assert handler.data == 0


def test_a_host_inside_is_not_talked_to_unless_allowed() -> None:
    connect = connector(ZoneResolver({HOST: {"A": ["127.0.0.1"]}}), AddressPolicy())
    probed = probe(ROUTE, [BOUNCES], NOBODY, connect, port=25)
    assert [one.status for one in findings(probed, now=NOW)] == ["could-not-check"]


def test_a_closed_port_is_a_problem() -> None:
    assert list(statuses(1).values()) == ["problem"]
