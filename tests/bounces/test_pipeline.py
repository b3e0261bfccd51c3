from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from bounces import eventing, pipeline
from bounces.models import BounceEvent, InboundMessage
from bounces.pipeline import process
from bounces.storing import Incoming, store
from lists.models import (
    CampaignDay,
    DomainDay,
    ReasonDay,
    SentMessage,
    StreamPolicy,
    Subscription,
    Suppression,
)
from lists.return_paths import digest_of_message_id, return_path
from tests.factories import make_campaign, make_list, make_subscriber
from tests.mails import autoreply, complaint, dsn

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def ann(campaign):
    return make_subscriber("ann@example.net", campaign.mailing_list)


def take_in(*raws, **fields):
    fields = {"source": "listener", "received_at": datetime(2026, 11, 20, 13, tzinfo=UTC)} | fields
    return process(store([Incoming(raw, **fields) for raw in raws]).ids)


def test_a_signed_bounce_goes_all_the_way(campaign, ann):
    assert take_in(dsn(to=return_path(campaign, ann))) == {"bounce": 1}
    event = BounceEvent.objects.get()
    assert (event.kind, event.category, event.reason) == ("bounce", "hard", "userunknown")
    assert (event.status, event.smtp_code) == ("5.1.1", "550")
    assert (event.address, event.domain) == ("ann@example.net", "example.net")
    assert (event.campaign, event.mailing_list) == (campaign, campaign.mailing_list)
    assert (event.trust, event.proof, event.effect) == ("verified", "signed", "suppress")
    assert event.occurred_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert Suppression.objects.get().evidence == f"event:{event.pk}"
    assert ann.subscriptions.get().status == "bounced"
    assert CampaignDay.objects.get().hard == 1
    assert DomainDay.objects.get().domain == "example.net"
    assert ReasonDay.objects.get().reason == "userunknown"
    row = InboundMessage.objects.get()
    assert (row.state, row.kind, row.attempts, row.claimed_at) == ("processed", "bounce", 1, None)
    assert row.subject == "Undelivered Mail Returned to Sender"


def test_the_envelope_recipient_serves_where_the_message_names_no_bounce_address(campaign, ann):
    take_in(dsn(to="someone@example.com"), envelope_recipient=return_path(campaign, ann))
    assert BounceEvent.objects.get().proof == "signed"


def test_the_signed_recipient_counts_not_where_it_was_forwarded_to(campaign, ann):
    take_in(dsn("forwarded@elsewhere.example", to=return_path(campaign, ann)))
    event = BounceEvent.objects.get()
    assert event.address == "ann@example.net"
    assert event.reported_recipient == "forwarded@elsewhere.example"


def test_a_long_recipient_is_found_by_its_number(campaign):
    long = make_subscriber("l" * 60 + "@example.net", campaign.mailing_list)
    take_in(dsn(to=return_path(campaign, long)))
    assert BounceEvent.objects.get().address == long.canonical


def test_a_message_we_know_to_have_sent_to_one_person_is_proof(campaign, ann):
    SentMessage.objects.create(
        digest=digest_of_message_id("letter-to-ann@example.com"), campaign=campaign, subscriber=ann
    )
    take_in(dsn(original_message_id="letter-to-ann@example.com"))
    event = BounceEvent.objects.get()
    assert (event.proof, event.address) == ("message-id", "ann@example.net")


def test_a_message_id_shared_by_many_recipients_proves_nothing(campaign, ann):
    SentMessage.objects.create(digest=digest_of_message_id("x@example.com"), campaign=campaign)
    take_in(dsn("ann@example.net", original_message_id="x@example.com"))
    event = BounceEvent.objects.get()
    assert (event.trust, event.campaign) == ("unverified", campaign)


def test_a_bounce_to_the_campaigns_address_is_unverified_and_touches_nobody(campaign, ann):
    take_in(dsn("ann@example.net", to=campaign.bounce_address))
    event = BounceEvent.objects.get()
    assert (event.campaign, event.trust, event.effect) == (campaign, "unverified", "")
    assert ann.subscriptions.get().status == "active"
    assert not Suppression.objects.exists()
    total = CampaignDay.objects.get()
    assert (total.unverified, total.hard) == (1, 0)
    assert not ReasonDay.objects.exists()


def test_a_forged_signature_touches_nobody(campaign, ann):
    forged = return_path(campaign, ann).replace("@", "x@", 1)
    take_in(dsn("ann@example.net", to=forged))
    assert BounceEvent.objects.get().trust == "unverified"
    assert not Suppression.objects.exists()


def test_a_list_may_act_on_unverified_bounces_but_only_on_its_own_people():
    news = make_list()
    StreamPolicy.objects.update(unverified="everything")
    campaign = make_campaign(mailing_list=news)
    make_subscriber("ann@example.net", news)
    take_in(
        dsn("ann@example.net", to=campaign.bounce_address),
        dsn("stranger@example.net", to=campaign.bounce_address),
    )
    trust = dict(BounceEvent.objects.values_list("address", "proof"))
    assert trust == {"ann@example.net": "accepted", "stranger@example.net": ""}
    assert Suppression.objects.get().address == "ann@example.net"


def test_a_list_may_let_unproved_bounces_add_points_so_that_no_single_one_suppresses():
    news = make_list()
    StreamPolicy.objects.update(unverified="score", soft_suppress_at=2)
    campaign = make_campaign(mailing_list=news)
    ann = make_subscriber("ann@example.net", news)
    take_in(
        dsn("ann@example.net", to=campaign.bounce_address, message_id="<1@x.example>"),
        dsn("stranger@example.net", to=campaign.bounce_address),
    )
    event = BounceEvent.objects.get(address="ann@example.net")
    assert (event.trust, event.effect) == ("unverified", "counted")
    assert ann.subscriptions.get().soft_score == 1
    assert not Suppression.objects.exists()
    assert not CampaignDay.objects.filter(hard__gt=0).exists()
    take_in(dsn("ann@example.net", to=campaign.bounce_address, message_id="<2@x.example>"))
    assert Suppression.objects.get().cause == "soft"


def test_what_belongs_to_no_campaign_is_kept_and_counted_nowhere():
    take_in(dsn("who@example.net", to="nobody@elsewhere.example"))
    event = BounceEvent.objects.get()
    assert (event.campaign, event.trust, event.address) == (None, "unverified", "who@example.net")
    assert not CampaignDay.objects.exists()


def test_the_same_message_twice_counts_once(campaign, ann):
    raw = dsn(to=return_path(campaign, ann))
    take_in(raw)
    take_in(raw)
    ids = list(InboundMessage.objects.values_list("pk", flat=True))
    assert process(ids) == {}
    assert CampaignDay.objects.get().hard == 1


def test_one_bounce_by_two_roads_counts_once(campaign, ann):
    by_listener = dsn(to=return_path(campaign, ann), original_message_id="letter@example.com")
    forwarded = b"Received: from elsewhere\n" + by_listener
    take_in(by_listener, forwarded)
    assert InboundMessage.objects.count() == 2
    assert BounceEvent.objects.count() == 1
    assert ann.subscriptions.get().hard_bounces == 1
    assert CampaignDay.objects.get().hard == 1


def test_a_forgery_that_comes_first_does_not_shut_out_the_real_bounce(campaign, ann):
    take_in(dsn("ann@example.net", to=campaign.bounce_address, original_message_id="l@x.example"))
    take_in(dsn(to=return_path(campaign, ann), original_message_id="l@x.example"))
    total = CampaignDay.objects.get()
    assert (total.hard, total.unverified) == (1, 1)


def test_a_block_raises_the_rate_and_not_the_address(campaign, ann):
    reply = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
    take_in(dsn(to=return_path(campaign, ann), status="5.7.1", reply=reply))
    assert CampaignDay.objects.get().block == 1
    assert ann.subscriptions.get().hard_bounces == 0
    assert not Suppression.objects.exists()


def test_a_delay_counts_as_nothing_yet(campaign, ann):
    raw = dsn(
        to=return_path(campaign, ann), action="delayed", status="4.4.1",
        reply="connect to mx.example.net[192.0.2.25]:25: Connection timed out",
    )  # fmt: skip
    assert take_in(raw) == {"delayed": 1}
    assert BounceEvent.objects.get().kind == "delayed"
    assert not CampaignDay.objects.exists()
    assert ann.subscriptions.get().soft_score == 0


def test_in_one_report_each_recipient_has_an_outcome_of_its_own():
    groups = b"".join(
        b"\nFinal-Recipient: rfc822; %s@example.net\nAction: %s\nStatus: %s\n" % group
        for group in (
            (b"late", b"delayed", b"4.4.1"),
            (b"fine", b"delivered", b"2.1.5"),
            (b"alias", b"expanded", b"2.1.5"),
        )
    )
    report = dsn("gone@example.net")
    at = report.index(b"\n--part-", report.index(b"Diagnostic-Code"))
    take_in(report[:at] + groups + report[at:])
    kinds = dict(BounceEvent.objects.values_list("reported_recipient", "kind"))
    assert kinds == {
        "gone@example.net": "bounce",
        "late@example.net": "delayed",
        "fine@example.net": "delivered",
        "alias@example.net": "delivered",
    }


def test_an_autoreply_is_recorded_as_one_and_is_no_bounce(campaign, ann):
    assert take_in(autoreply(to=return_path(campaign, ann))) == {"autoreply": 1}
    event = BounceEvent.objects.get()
    assert (event.kind, event.category, event.address) == ("autoreply", "", "ann@example.net")
    assert not CampaignDay.objects.exists()


def test_a_complaint_about_a_signed_mail_suppresses_at_once(campaign, ann):
    assert take_in(complaint(return_path=return_path(campaign, ann))) == {"complaint": 1}
    assert Suppression.objects.get().cause == "complaint"
    assert CampaignDay.objects.get().complaint == 1


def test_ordinary_mail_makes_no_event():
    assert take_in(b"From: a@example.net\nSubject: Lunch?\n\nAt noon?\n") == {"other": 1}
    assert not BounceEvent.objects.exists()
    assert InboundMessage.objects.get().kind == "other"


def test_one_bad_message_is_set_aside_and_the_others_go_on(campaign, ann, monkeypatch):
    real = eventing.drafts

    def drafts(item):
        if b"poison" in bytes(item.row.raw):
            raise ValueError("poison")
        return real(item)

    monkeypatch.setattr(eventing, "drafts", drafts)
    good = [dsn(to=return_path(campaign, ann)) for _ in range(5)]
    outcomes = take_in(*good[:2], b"Subject: poison\n\npoison\n", *good[2:])
    assert outcomes == {"bounce": 5, "failed": 1}
    failed = InboundMessage.objects.failed().get()
    assert failed.error == "ValueError: poison"
    assert CampaignDay.objects.get().hard == 5


def test_what_a_failed_try_wrote_is_forgotten_by_the_next(monkeypatch):
    add, tries = pipeline.counting.add, []

    def fail_once(counts):
        tries.append(counts)
        if len(tries) == 1:
            raise ValueError("at the very end")
        add(counts)

    monkeypatch.setattr(pipeline.counting, "add", fail_once)
    parts = b"".join(b"--b\n\npart %d\n" % n for n in range(150))
    raw = b"Subject: many\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--\n"
    assert take_in(raw, b"Subject: lunch\n\nAt noon?\n") == {"other": 2}
    assert len(tries) == 3
    row = InboundMessage.objects.get(subject="many")
    assert row.note.count("parts") == 1


def test_database_trouble_gives_the_messages_back(campaign, ann, monkeypatch):
    def record(found, proofs):
        raise OperationalError("the server went away")

    monkeypatch.setattr(eventing, "record", record)
    [pk] = store([Incoming(dsn(to=return_path(campaign, ann)), "listener")]).ids
    with pytest.raises(OperationalError):
        process([pk])
    row = InboundMessage.objects.get()
    assert (row.state, row.claimed_at, row.attempts) == ("pending", None, 0)
    monkeypatch.undo()
    assert process([pk]) == {"bounce": 1}


def test_a_message_that_another_worker_is_at_is_left_alone(campaign, ann):
    [pk] = store([Incoming(dsn(to=return_path(campaign, ann)), "listener")]).ids
    pipeline.claim([pk])
    assert process([pk]) == {}
    InboundMessage.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    assert process([pk]) == {"bounce": 1}


def test_a_message_that_kills_its_worker_is_set_aside_after_three_tries():
    [pk] = store([Incoming(dsn(), "listener")]).ids
    for _ in range(pipeline.MAX_ATTEMPTS):
        assert pipeline.claim([pk])
        InboundMessage.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    assert process([pk]) == {}
    row = InboundMessage.objects.get()
    assert row.state == "failed"
    assert "died 3 times" in row.error


def test_an_archive_keeps_its_dates_and_a_live_message_with_a_wrong_clock_does_not(campaign, ann):
    old = "Mon, 20 Nov 2023 12:00:00 +0000"
    take_in(dsn(to=return_path(campaign, ann), date=old), source="file")
    take_in(dsn(to=return_path(campaign, ann), date=old), source="listener")
    years = BounceEvent.objects.order_by("pk").values_list("occurred_at__year", flat=True)
    assert list(years) == [2023, 2026]


def test_a_batch_costs_the_same_queries_as_one(campaign, django_assert_max_num_queries):
    people = [make_subscriber("", campaign.mailing_list) for _ in range(150)]
    raws = [dsn(to=return_path(campaign, person)) for person in people]
    stored = store([Incoming(raw, "listener") for raw in raws])
    with django_assert_max_num_queries(50):
        assert process(stored.ids) == {"bounce": 150}
    assert Subscription.objects.filter(status="bounced").count() == 150


def test_batches_hold_a_bounded_number_of_bytes(settings, monkeypatch):
    monkeypatch.setattr(pipeline, "_BATCH_BYTES", 1000)
    sizes = []
    real = pipeline.claim
    monkeypatch.setattr(pipeline, "claim", lambda ids: sizes.append(len(ids)) or real(ids))
    ids = store([Incoming(b"%d" % n + b"x" * 400, "file") for n in range(10)]).ids
    assert process(ids) == {"other": 10}
    assert sizes == [2, 2, 2, 2, 2]
