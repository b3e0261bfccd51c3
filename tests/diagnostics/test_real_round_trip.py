"""A round trip through a real Postfix: it takes the probe, is refused, and bounces it to us."""

from __future__ import annotations

import time

import pytest
from aiosmtpd.controller import Controller

from bounces import pipeline
from bounces.models import BounceEvent, InboundMessage
from bounces.storing import Incoming, store
from diagnostics.models import Probe
from diagnostics.probing import trips
from tests.diagnostics.checks.authoritative import LOOPBACK, free_port
from tests.diagnostics.checks.mail_host import authority, server_context
from tests.diagnostics.checks.postfix import postfix
from tests.factories import make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.services]

RELAY = """
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
default_transport = smtp:[127.0.0.1]:{refusing}
transport_maps = inline:{{ {{ bounces.example.com = smtp:[127.0.0.1]:{ours} }} }}
"""


class Refusing:
    """The receiving host: it knows nobody."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        return "550 5.1.1 no such user here"


class Ours:
    """The bounce domain's host, which hands over what comes in."""

    def __init__(self) -> None:
        self.came: list = []

    async def handle_DATA(self, server, session, envelope):
        self.came.append(envelope)
        return "250 OK"


@pytest.fixture
def ours(settings, tmp_path_factory):
    """Where bounces come in; the relay of the settings is a Postfix that sends them there."""
    directory = tmp_path_factory.mktemp("certificate")
    server_context(authority(), "relay.example.com", directory)
    handler = Ours()
    hosts = []
    for one in (Refusing(), handler):
        hosts.append(Controller(one, hostname=LOOPBACK, port=free_port()))
        hosts[-1].start()
    lines = RELAY.format(refusing=hosts[0].port, ours=hosts[1].port)
    certificate = directory / "relay.example.com.pem"
    with postfix("relay.example.com", [], "relay.example.com", certificate, lines) as port:
        settings.PROBE_RELAY_HOST, settings.PROBE_RELAY_PORT = LOOPBACK, port
        yield handler
    for host in hosts:
        host.stop()


def test_the_bounce_of_a_real_relay_closes_the_probe(ours):
    probe = trips.request_probe(make_campaign())
    trips.send(probe.pk)
    probe.refresh_from_db()
    assert probe.state == "sent"
    assert "queued as" in probe.relay_reply

    until = time.monotonic() + 30
    while not ours.came and time.monotonic() < until:
        time.sleep(0.1)
    (envelope,) = ours.came
    # A bounce has the empty sender, and comes to the very address that the probe was sent with.
    assert envelope.mail_from in ("", "<>")
    assert envelope.rcpt_tos == [probe.return_path]

    stored = store(
        [
            Incoming(
                envelope.content,
                InboundMessage.Source.LISTENER,
                envelope_recipient=envelope.rcpt_tos[0],
            )
        ]
    )
    assert pipeline.process(stored.ids) == {"probe": 1}

    probe.refresh_from_db()
    assert probe.state == Probe.State.RETURNED
    assert probe.bounce.source == "listener"
    assert not BounceEvent.objects.exists()
