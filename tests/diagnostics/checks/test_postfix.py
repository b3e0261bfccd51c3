"""The mailbox check against a real Postfix, as the MX of a real name server's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagnostics.checks.connecting import connector
from diagnostics.checks.mailbox import Probed, findings, probe
from diagnostics.checks.mx import mail_route
from diagnostics.checks.resolving import BoundedResolver
from network.addresses import AddressPolicy
from tests.diagnostics.checks.mail_host import Authority, authority, server_context
from tests.diagnostics.checks.postfix import postfix

HOST = "mx.example.com"
BOUNCES = "bounces@example.com"
NOBODY = "no-such-user-1f9c@example.com"


@pytest.fixture(scope="module")
def issuer() -> Authority:
    return authority()


@pytest.fixture(scope="module")
def port(issuer: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    directory = tmp_path_factory.mktemp("certificate")
    server_context(issuer, HOST, directory)
    certificate: Path = directory / f"{HOST}.pem"
    with postfix("example.com", ["bounces"], HOST, certificate) as running:
        yield running


def probed(resolver: BoundedResolver, port: int, issuer: Authority, *addresses: str) -> Probed:
    connect = connector(resolver, AddressPolicy.allowing(["127.0.0.0/8"]))
    return probe(
        mail_route("example.com", resolver),
        addresses,
        NOBODY,
        connect,
        port=port,
        helo="probe.example.com",
        context=issuer.context(),
    )


def test_postfix_takes_the_bounce_address_and_refuses_the_unknown(
    resolver: BoundedResolver, port: int, issuer: Authority
) -> None:
    found = probed(resolver, port, issuer, BOUNCES)
    (talked,) = found.talks
    assert talked.error == ""
    assert [reply.code for reply in talked.recipients] == [250, 550]
    assert "PIPELINING" in talked.extensions
    assert talked.certificate is not None
    assert (talked.certificate.trusted, talked.certificate.names) == (True, (HOST,))
    assert {one.status for one in findings(found, now=datetime.now(UTC))} == {"ok"}


def test_postfix_refuses_an_address_that_was_never_made(
    resolver: BoundedResolver, port: int, issuer: Authority
) -> None:
    found = probed(resolver, port, issuer, "bounce@example.com")
    problem = [one for one in findings(found, now=datetime.now(UTC)) if one.status == "problem"]
    assert [one.action for one in problem] == [
        "Create the mailbox or alias, or correct the bounce address."
    ]
    assert "User unknown" in problem[0].title


def test_postfix_does_not_relay(resolver: BoundedResolver, port: int, issuer: Authority) -> None:
    found = probed(resolver, port, issuer, "someone@example.org")
    assert found.talks[0].recipients[0].code == 554
    problem = [one for one in findings(found, now=datetime.now(UTC)) if one.status == "problem"]
    assert f"{HOST} is not set up for example.org" in problem[0].title
