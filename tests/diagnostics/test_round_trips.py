"""Round trips: sent through a real relay on loopback, back by the pipeline, counted nowhere."""

from __future__ import annotations

import shlex
import subprocess
from datetime import timedelta
from email.parser import BytesParser

import pytest
from aiosmtpd.controller import Controller
from django.urls import reverse
from django.utils import timezone

from bounceadmin.alerts.conditions import round_trips
from bounces import pipeline
from bounces.models import BounceEvent
from diagnostics import sweeping
from diagnostics.models import Probe, ProbeSchedule
from diagnostics.probing import schedule, trips
from diagnostics.probing.legs import legs
from diagnostics.probing.letter import swaks_line
from lists.models import CampaignDay, Suppression
from tests.diagnostics.checks.authoritative import free_port
from tests.factories import make_campaign, make_message, make_user
from tests.mails import dsn
from tests.services import need

pytestmark = pytest.mark.django_db


class Relay:
    """Takes mail, or answers as a test wants."""

    def __init__(self) -> None:
        self.taken: list = []
        self.says = "250 2.0.0 queued as 4711"
        self.to_recipients = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.to_recipients:
            return self.to_recipients
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope)
        return self.says


@pytest.fixture
def relay(settings):
    settings.PROBE_RELAY_HOST = "127.0.0.1"
    settings.PROBE_RELAY_PORT = free_port()
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=settings.PROBE_RELAY_PORT)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def campaign():
    return make_campaign()


def bounce_of(probe: Probe, **words) -> bytes:
    return dsn(
        probe.recipient,
        to=probe.return_path,
        original_message_id=probe.message_id,
        status="5.4.4",
        **words,
    )


def test_a_probe_goes_out_with_the_campaigns_signed_bounce_address(relay, campaign):
    probe = trips.request_probe(campaign)
    trips.send(probe.pk)

    (envelope,) = relay.taken
    assert envelope.mail_from == probe.return_path
    assert envelope.mail_from.startswith("bounces+probe-")
    assert envelope.rcpt_tos == [probe.recipient]
    assert f"<{probe.message_id}>".encode() in envelope.content
    probe.refresh_from_db()
    assert (probe.state, probe.relay_reply) == ("sent", "250 2.0.0 queued as 4711")


def test_its_bounce_closes_it_and_counts_nowhere(relay, campaign):
    probe = trips.request_probe(campaign)
    trips.send(probe.pk)
    row = make_message(raw=bounce_of(probe), source="mailbox", envelope_recipient=probe.return_path)

    assert pipeline.process([row.pk]) == {"probe": 1}

    probe.refresh_from_db()
    assert (probe.state, probe.bounce_id) == ("returned", row.pk)
    assert [leg.state for leg in legs(probe)] == ["done"] * 4
    assert legs(probe)[2].detail == "by mailbox"
    assert not BounceEvent.objects.exists()
    assert not CampaignDay.objects.exists()
    assert not Suppression.objects.exists()


def test_a_bounce_that_names_only_the_message_id_is_known_too(relay, campaign):
    probe = trips.request_probe(campaign)
    raw = dsn("somebody@example.net", to="x@example.com", original_message_id=probe.message_id)
    pipeline.process([make_message(raw=raw).pk])
    probe.refresh_from_db()
    assert probe.state == "returned"


def test_a_made_up_probe_address_is_an_ordinary_bounce(campaign):
    raw = dsn("probe-000000000000@probe.invalid", to=campaign.bounce_address)
    assert pipeline.process([make_message(raw=raw).pk]) == {"bounce": 1}


def test_a_notice_of_delay_is_noted_and_the_bounce_still_waited_for(relay, campaign):
    probe = trips.request_probe(campaign)
    trips.send(probe.pk)
    raw = bounce_of(probe, action="delayed")
    pipeline.process([make_message(raw=raw.replace(b"5.4.4", b"4.4.4")).pk])
    probe.refresh_from_db()
    assert probe.state == "sent"
    assert probe.delayed_at is not None


def test_sending_twice_sends_once(relay, campaign):
    probe = trips.request_probe(campaign)
    trips.send(probe.pk)
    trips.send(probe.pk)
    assert len(relay.taken) == 1


def test_a_worker_that_died_while_sending_is_taken_over(relay, campaign):
    probe = trips.request_probe(campaign)
    Probe.objects.filter(pk=probe.pk).update(
        state="sending", claimed_at=timezone.now() - timedelta(minutes=10)
    )
    trips.send(probe.pk)
    assert len(relay.taken) == 1


def test_a_relay_that_refuses_for_good_is_shown(relay, campaign):
    relay.to_recipients = "550 5.1.2 Domain not found"
    probe = trips.request_probe(campaign)
    trips.send(probe.pk)
    probe.refresh_from_db()
    assert probe.state == "failed"
    assert "PROBE_RECIPIENT_DOMAIN" in probe.error
    assert legs(probe)[1].state == "broken"


def test_a_relay_that_is_away_is_tried_again_and_then_given_up(settings, campaign):
    settings.PROBE_RELAY_HOST, settings.PROBE_RELAY_PORT = "127.0.0.1", free_port()
    probe = trips.request_probe(campaign)
    states = []
    for _ in range(trips.MAX_ATTEMPTS):
        trips.send(probe.pk)
        probe.refresh_from_db()
        states.append(probe.state)
    assert states == ["pending", "pending", "failed"]


def test_no_password_goes_unencrypted(relay, campaign, settings):
    settings.PROBE_RELAY_USER, settings.PROBE_RELAY_PASSWORD = "me", "secret"
    probe = trips.request_probe(campaign)
    trips.send(probe.pk)
    probe.refresh_from_db()
    assert "not sent unencrypted" in probe.error
    assert relay.taken == []


def test_without_a_relay_it_says_what_to_set(campaign, settings):
    settings.PROBE_RELAY_HOST = ""
    with pytest.raises(trips.CannotProbeError, match="PROBE_RELAY_HOST"):
        trips.request_probe(campaign)


def test_a_recipient_domain_that_is_too_long_says_so(relay, campaign, settings):
    settings.PROBE_RECIPIENT_DOMAIN = "a-very-long-name-that-nobody-would-ever-choose.example.org"
    with pytest.raises(trips.CannotProbeError, match="PROBE_RECIPIENT_DOMAIN"):
        trips.request_probe(campaign)


def test_the_swaks_line_holds_no_password(relay, campaign, settings):
    settings.PROBE_RELAY_USER, settings.PROBE_RELAY_PASSWORD = "me", "secret"
    probe = trips.request_probe(campaign)
    line = swaks_line(trips.letter_of(probe), "news@example.com")
    assert line.startswith("swaks --server 127.0.0.1 ")
    assert f"--from {probe.return_path}" in line.replace("'", "")
    assert "secret" not in line


def test_the_swaks_line_sends_the_same_probe(relay, campaign):
    swaks = need("swaks", "the line to paste is run with it (Debian package swaks)")
    probe = trips.request_probe(campaign)
    line = swaks_line(trips.letter_of(probe), "news@example.com")
    done = subprocess.run(
        [swaks, *shlex.split(line)[1:]], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (envelope,) = relay.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (probe.return_path, [probe.recipient])
    sent = BytesParser().parsebytes(envelope.content)
    assert sent.get_all("Message-ID") == [f"<{probe.message_id}>"]
    assert sent["From"] == "news@example.com"


def test_what_does_not_come_back_on_a_schedule_raises_an_alert_until_it_does(relay, campaign):
    ProbeSchedule.objects.create(campaign=campaign, every_minutes=60, wait_minutes=10)
    assert schedule.send_what_is_due() == 1
    assert schedule.send_what_is_due() == 0
    probe = Probe.objects.get()
    trips.send(probe.pk)
    Probe.objects.update(handed_at=timezone.now() - timedelta(minutes=11))

    sweeping.sweep()

    probe.refresh_from_db()
    assert probe.state == "lost"
    (condition,) = round_trips(timezone.now())
    assert "did not come back" in condition.title
    assert condition.path == reverse("admin:diagnostics_probe_change", args=[probe.pk])

    # It comes late, and all is well again.
    pipeline.process([make_message(raw=bounce_of(probe)).pk])
    assert list(round_trips(timezone.now())) == []


def test_old_probes_are_deleted(relay, campaign):
    old = trips.request_probe(campaign)
    Probe.objects.filter(pk=old.pk).update(
        state="returned", created_at=timezone.now() - timedelta(days=91)
    )
    trips.request_probe(campaign)
    assert sum(trips.delete_old()) == 1
    assert Probe.objects.count() == 1


def test_who_may_send_one(relay, campaign, client):
    url = reverse("admin:diagnostics_probe_send", args=[campaign.pk])
    client.force_login(make_user("Marketer"))
    assert client.post(url).status_code == 403
    client.force_login(make_user("Operator"))
    assert client.get(url).status_code == 403
    page = client.post(url, follow=True)
    assert b"probe.invalid" in page.content
    assert b"swaks --server" in page.content
    part = client.get(reverse("admin:diagnostics_probe_progress", args=[Probe.objects.get().pk]))
    assert part["X-Finished"] == "no"
    assert client.get(reverse("admin:diagnostics_probe_changelist")).status_code == 200
