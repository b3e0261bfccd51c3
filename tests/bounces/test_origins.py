"""Bounces that the recipient's own mail servers hand over, for lists that believe that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dns.resolver
import pytest

from bounces import origins
from bounces.models import BounceEvent
from bounces.pipeline import process
from bounces.storing import Incoming, store
from diagnostics import origin_judging, tools
from diagnostics.checks.zones import ZoneResolver
from lists.models import CampaignDay, StreamPolicy, Suppression
from tests.factories import make_campaign, make_subscriber
from tests.mails import complaint, dsn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
MX, FORGER = "192.0.2.25", "203.0.113.66"
ZONES = {
    "example.net": {"MX": ["10 mx.example.net."]},
    "mx.example.net": {"A": [MX]},
}


class Counting(ZoneResolver):
    """Answers from `ZONES`, or what is put into `zones`; counts the questions."""

    def __init__(self, zones=ZONES):
        super().__init__(zones)
        self.asked = []

    def resolve(self, qname, rdtype):
        self.asked.append((str(qname), str(rdtype)))
        return super().resolve(qname, rdtype)


@pytest.fixture(autouse=True)
def asker(monkeypatch):
    origin_judging.forget()
    resolver = Counting()
    monkeypatch.setattr(tools, "resolver", lambda bounds: resolver)
    yield resolver
    origin_judging.forget()


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def ann(campaign):
    return make_subscriber("ann@example.net", campaign.mailing_list)


@pytest.fixture
def believing():
    StreamPolicy.objects.update(believe_origin=True)


def take_in(*raws, source="listener", ip=MX, helo="mx.example.net", sender="", at=NOW):
    client = {"client_ip": ip, "client_helo": helo} if ip else {}
    incoming = [Incoming(r, source, envelope_sender=sender, received_at=at, **client) for r in raws]
    return process(store(incoming).ids)


def handed_over(raw, *lines):
    """As a mailbox has it, with `lines` on top."""
    return "\n".join(lines).encode() + b"\n" + raw


def trust():
    return set(BounceEvent.objects.values_list("trust", "proof"))


def test_a_bounce_of_the_recipients_own_server_suppresses(campaign, ann, believing):
    assert take_in(dsn(to=campaign.bounce_address)) == {"bounce": 1}
    event = BounceEvent.objects.get()
    assert (event.trust, event.proof, event.effect) == ("verified", "origin", "suppress")
    assert event.proof_note == "192.0.2.25 is mx.example.net, an MX of example.net."
    assert Suppression.objects.get().address == ann.canonical
    assert CampaignDay.objects.get().hard == 1


def test_it_proves_nothing_unless_the_policy_says_so(campaign, ann, asker):
    take_in(dsn(to=campaign.bounce_address))
    assert trust() == {("unverified", "")}
    assert asker.asked == []


def test_it_proves_nothing_without_a_judge(campaign, ann, believing, monkeypatch):
    monkeypatch.setattr(origins, "_judges", [])
    take_in(dsn(to=campaign.bounce_address))
    assert trust() == {("unverified", "")}


@pytest.mark.parametrize(
    "fields",
    [
        {"ip": FORGER},
        {"ip": FORGER, "helo": "example.net"},
        {"sender": "someone@example.net"},
        {"ip": ""},
        {"source": "webhook"},
    ],
)
def test_another_server_or_a_sender_proves_nothing(campaign, ann, believing, fields):
    take_in(dsn(to=campaign.bounce_address), **fields)
    assert not Suppression.objects.exists()
    assert trust() <= {("unverified", "")}


def test_only_subscribers_of_the_list_are_concerned(campaign, believing, asker):
    make_subscriber("ann@example.net", make_campaign().mailing_list)
    take_in(dsn(to=campaign.bounce_address))
    assert trust() == {("unverified", "")}
    assert asker.asked == []


def test_only_bounces_are_concerned(campaign, ann, believing):
    take_in(complaint("ann@example.net", to=campaign.bounce_address))
    assert trust() == {("unverified", "")}


def test_only_campaigns_that_were_sent_lately_are_concerned(ann, campaign, believing):
    campaign.started_at = NOW - timedelta(days=15)
    campaign.save()
    take_in(dsn(to=campaign.bounce_address))
    assert trust() == {("unverified", "")}
    BounceEvent.objects.all().delete()

    CampaignDay.objects.all().delete()
    CampaignDay.objects.create(campaign=campaign, day=NOW.date() - timedelta(days=3), sent=10)
    take_in(dsn(to=campaign.bounce_address))
    assert trust() == {("verified", "origin")}


def test_what_hosts_of_ours_wrote_counts_for_a_mailbox(campaign, ann, believing, settings):
    raw = handed_over(
        dsn(to=campaign.bounce_address),
        "Return-Path: <>",
        "Authentication-Results: mx.ours.example; dkim=pass header.d=example.net",
        "Received: from out (out [192.0.2.99]) by mx.ours.example with ESMTP",
    )
    take_in(raw, source="mailbox", ip="")
    assert trust() == {("unverified", "")}
    settings.TRUSTED_AUTHSERV_IDS = ["MX.ours.example"]
    take_in(raw.replace(b"report-", b"again-"), source="mailbox", ip="")
    assert ("verified", "origin") in trust()


def test_a_host_of_ours_that_hands_on_by_smtp_proves_nothing(campaign, ann, believing, settings):
    settings.TRUSTED_AUTHSERV_IDS = ["mx.example.net"]
    take_in(dsn(to=campaign.bounce_address))
    assert trust() == {("unverified", "")}


def test_the_dns_is_asked_once_for_a_server_and_domain(campaign, believing, asker):
    people = [make_subscriber(f"p{n}@example.net", campaign.mailing_list) for n in range(30)]
    take_in(*(dsn(person.canonical, to=campaign.bounce_address) for person in people))
    take_in(dsn("p1@example.net", to=campaign.bounce_address))
    assert trust() == {("verified", "origin")}
    assert asker.asked.count(("example.net", "MX")) == 1


def test_no_answer_is_no_proof_and_is_asked_again_soon(campaign, ann, believing, monkeypatch):
    silent = Counting({"example.net": {"MX": dns.resolver.LifetimeTimeout}})
    monkeypatch.setattr(tools, "resolver", lambda bounds: silent)
    take_in(dsn(to=campaign.bounce_address), dsn(to=campaign.bounce_address))
    assert trust() == {("unverified", "")}
    assert len(silent.asked) == 1
    question = next(iter(origin_judging._known))
    later = origin_judging.time.monotonic() + 61
    assert origin_judging.judge([question], Counting(), clock=lambda: later)


def test_the_dns_is_asked_outside_of_any_transaction(
    transactional_db, campaign, ann, believing, monkeypatch
):
    from django.db import connection  # noqa: PLC0415

    seen = []

    class Looking(Counting):
        def resolve(self, qname, rdtype):
            seen.append(connection.in_atomic_block)
            return super().resolve(qname, rdtype)

    monkeypatch.setattr(tools, "resolver", lambda bounds: Looking())
    take_in(dsn(to=campaign.bounce_address))
    assert seen and not any(seen)


def test_a_day_has_a_bound_for_each_person(campaign, ann, believing, settings):
    settings.RETURN_PATH_DAILY_LIMIT = 2
    take_in(*(dsn(to=campaign.bounce_address) for _ in range(5)))
    assert CampaignDay.objects.get().hard == 2
    bounded = BounceEvent.objects.filter(effect="bounded").first()
    assert (bounded.trust, bounded.proof, bounded.proof_note) == ("unverified", "", "")


def test_what_is_proved_so_is_never_held_back(campaign, ann, believing, settings):
    settings.STORM_CAP_PER_HOUR = 1
    assert take_in(*(dsn(to=campaign.bounce_address) for _ in range(4))) == {"bounce": 4}
    assert not BounceEvent.objects.filter(message__state="held").exists()
