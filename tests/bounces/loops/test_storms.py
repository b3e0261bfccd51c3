"""What one sender may bring in an hour, and what becomes of the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bounceadmin.alerts import conditions
from bounces import looping, pipeline
from bounces.models import BounceEvent, InboundMessage, SenderHour
from bounces.storing import Incoming, store
from lists.models import StreamPolicy
from lists.return_paths import return_path
from tests.factories import make_campaign, make_subscriber, make_user
from tests.mails import autoreply, dsn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cap(settings):
    settings.STORM_CAP_PER_HOUR = 3


def take_in(*raws: bytes, source="listener", recipient="") -> None:
    ids = store([Incoming(raw, source, envelope_recipient=recipient) for raw in raws]).ids
    pipeline.process(ids)


def tally() -> dict[str, int]:
    rows = InboundMessage.objects.values_list("state", flat=True)
    return {state: list(rows).count(state) for state in set(rows)}


def test_beyond_the_cap_messages_are_stored_and_held_back():
    take_in(*[autoreply() for _ in range(5)])
    take_in(*[autoreply() for _ in range(2)])

    assert tally() == {"processed": 3, "held": 4}
    assert BounceEvent.objects.count() == 3
    hour = SenderHour.objects.get()
    assert (hour.sender, hour.kind, hour.seen, hour.held) == ("ann@example.net", "autoreply", 7, 4)
    assert looping.held_back() == [looping.HeldBack("ann@example.net", 4)]


def test_every_message_of_a_storm_is_accounted_for():
    take_in(*[autoreply() for _ in range(20)], *[dsn() for _ in range(20)])

    seen = sum(SenderHour.objects.values_list("seen", flat=True))
    held = sum(SenderHour.objects.values_list("held", flat=True))
    assert (seen, held) == (40, 34)
    assert InboundMessage.objects.held().count() == held


def test_the_next_hour_begins_anew():
    take_in(*[autoreply() for _ in range(3)])
    SenderHour.objects.update(hour=timezone.now() - timedelta(hours=1))

    take_in(autoreply())

    assert tally() == {"processed": 4}


def test_a_proved_bounce_is_never_held_back():
    campaign = make_campaign()
    paths = [
        return_path(campaign, make_subscriber(f"p{n}@example.net", campaign.mailing_list))
        for n in range(8)
    ]
    for path in paths:
        take_in(dsn(to=path), recipient=path)

    assert tally() == {"processed": 8}
    assert not SenderHour.objects.exists()


def test_a_loop_at_a_signed_return_path_is_counted_and_capped_too():
    campaign = make_campaign()
    path = return_path(campaign, make_subscriber("ann@example.net", campaign.mailing_list))

    for _ in range(5):
        take_in(autoreply(to=path), recipient=path)

    assert tally() == {"processed": 3, "held": 2}
    assert SenderHour.objects.get().kind == "autoreply"


@pytest.mark.parametrize("source", ["file", "webhook"])
def test_archives_and_webhooks_are_never_held_back(source):
    take_in(*[autoreply() for _ in range(8)], source=source)

    assert tally() == {"processed": 8}


def test_a_list_that_acts_without_proof_gets_all_of_its_bounces():
    campaign = make_campaign()
    StreamPolicy.objects.update(unverified="everything")
    for _ in range(8):
        take_in(dsn(), recipient=campaign.bounce_address)

    assert tally() == {"processed": 8}


def test_an_admin_lets_them_through_and_they_stay_through(client):
    client.force_login(make_user("Admin"))
    take_in(*[autoreply() for _ in range(6)])

    client.post(reverse("admin:bounces_senderhour_release"), {"sender": "ann@example.net"})
    pipeline.process(list(InboundMessage.objects.values_list("pk", flat=True)))

    assert tally() == {"processed": 6}
    assert BounceEvent.objects.count() == 6


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_others_let_nothing_through(client, role):
    client.force_login(make_user(role))

    answer = client.post(reverse("admin:bounces_senderhour_release"), {"sender": "x"})

    assert answer.status_code == 403


def test_bounces_of_bounces_and_challenges_become_no_event():
    challenge = b"From: guard@example.net\nSubject: Please confirm your message\n\nx\n"
    double = dsn().replace(b"News <news@example.com>", b"MAILER-DAEMON@mx.example.com")

    take_in(challenge, double)

    assert not BounceEvent.objects.exists()
    kinds = set(InboundMessage.objects.values_list("kind", flat=True))
    assert kinds == {"challenge", "double-bounce"}


def test_nothing_is_ever_sent_in_answer():
    take_in(*[autoreply() for _ in range(5)], dsn(), b"From: a@b.example\nSubject: hi\n\nhi\n")

    assert mail.outbox == []


def test_the_page_shows_who_and_how_many_in_few_queries(client, django_assert_max_num_queries):
    client.force_login(make_user("Admin"))
    take_in(*[autoreply() for _ in range(5)])

    with django_assert_max_num_queries(8):
        page = client.get(reverse("admin:bounces_senderhour_changelist")).content.decode()

    assert "ann@example.net" in page
    assert "Process them after all" in page


def test_a_storm_is_told():
    assert not list(conditions.storms(timezone.now()))
    take_in(*[autoreply() for _ in range(5)])

    (found,) = conditions.storms(timezone.now())

    assert "2 messages are held back" in found.title


def test_a_larger_batch_costs_no_more_queries(settings):
    settings.STORM_CAP_PER_HOUR = 100
    take_in(autoreply())
    counts = []
    for number in (30, 60):
        ids = store([Incoming(autoreply(), "listener") for _ in range(number)]).ids
        with CaptureQueriesContext(connection) as queries:
            pipeline.process(ids)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_old_counts_are_forgotten():
    take_in(autoreply())
    SenderHour.objects.update(hour=timezone.now() - timedelta(days=91))

    assert sum(looping.forget_old()) == 1
