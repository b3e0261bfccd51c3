"""Our own JSON hook, and mail by HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bounces.models import BounceEvent, InboundMessage
from lists.models import CampaignDay, SentMessage
from lists.return_paths import digest_of_message_id, return_path
from tests.bounces.webhooks.services import Post, bearer, send
from tests.factories import make_endpoint, make_subscriber
from tests.mails import complaint, dsn

pytestmark = pytest.mark.django_db

TOKEN = "a token of our own"


@pytest.fixture
def post(client, campaign):
    endpoint = make_endpoint("json", TOKEN, campaign=campaign)

    def post(event, headers=None):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return send(client, endpoint, Post(body, headers=headers or bearer(TOKEN)))

    return post


def test_a_bounce_as_documented_goes_all_the_way(post, campaign, work_off):
    event = {
        "email": "ann@example.net",
        "event": "bounce",
        "type": "hard",
        "reason": "550 5.1.1 no such user",
        "status": "5.1.1",
    }
    assert post(event).json() == {"stored": 1, "duplicates": 0}
    assert work_off() == {"bounce": 1}
    found = BounceEvent.objects.get()
    assert (found.category, found.reason, found.status) == ("hard", "userunknown", "5.1.1")
    assert (found.proof, found.effect, found.campaign) == ("webhook", "suppress", campaign)


def test_a_long_list_is_read_once(post, monkeypatch):
    bodies = []
    loads = json.loads
    monkeypatch.setattr(
        json, "loads", lambda text, **how: bodies.append(text) or loads(text, **how)
    )
    events = [{"email": f"p{n}@example.net", "event": "bounce", "id": n} for n in range(100)]
    assert post(events).status_code == 200
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("event", "category", "reason"),
    [
        ({"type": "hard"}, "hard", "userunknown"),
        ({"type": "soft"}, "soft", "undefined"),
        ({"type": "block"}, "block", "blocked"),
        ({}, "soft", "undefined"),
        ({"reason": "mailboxfull", "type": "hard"}, "soft", "mailboxfull"),
        ({"status": "5.2.2"}, "soft", "mailboxfull"),
        ({"diagnostic": "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using "
                        "zen.spamhaus.org", "type": "hard"}, "block", "blocked"),
    ],
)  # fmt: skip
def test_the_text_decides_before_the_type(event, category, reason, post, work_off):
    post({"email": "ann@example.net", "event": "bounce", "id": "1"} | event)
    work_off()
    found = BounceEvent.objects.get()
    assert (found.category, found.reason) == (category, reason)


def test_each_kind_of_event_counts_as_what_it_is(client, campaign, work_off):
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    bob = make_subscriber("bob@example.net", campaign.mailing_list)
    endpoint = make_endpoint("json", TOKEN, counts_sent=True)
    events = [
        {"email": person, "event": kind, "message_id": f"{person}/1", "campaign": campaign.name}
        for person, kind in [
            ("ann@example.net", "sent"),
            ("ann@example.net", "delayed"),
            ("ann@example.net", "delivered"),
            ("ann@example.net", "complaint"),
            ("bob@example.net", "sent"),
            ("bob@example.net", "delivered"),
            ("bob@example.net", "unsubscribe"),
            ("joe@example.org", "bounce"),
        ]
    ]
    send(client, endpoint, Post(json.dumps(events).encode(), headers=bearer(TOKEN)))
    work_off()
    day = CampaignDay.objects.get()
    assert (day.sent, day.delivered, day.complaint, day.soft, day.hard) == (3, 2, 1, 1, 0)
    assert ann.subscriptions.get().status != "unsubscribed"
    assert bob.subscriptions.get().status == "unsubscribed"
    kinds = BounceEvent.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["bounce", "complaint", "delayed", "unsubscribe"]


def test_an_event_without_id_and_time_repeats_itself_only_within_a_day(post, work_off, monkeypatch):
    event = {"email": "ann@example.net", "event": "bounce", "status": "5.1.1"}
    assert post(event).json()["stored"] == 1
    assert post(event).json() == {"stored": 0, "duplicates": 1}
    work_off()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)
    assert post(event).json()["stored"] == 1
    work_off()
    assert BounceEvent.objects.count() == 2


def test_an_id_makes_it_the_same_event_however_it_is_written(post, work_off):
    for status in ("5.1.1", "5.1.2"):
        event = {"email": "ann@example.net", "event": "bounce", "id": "17", "status": status}
        assert post(event).json()["stored"] == 1
    work_off()
    assert BounceEvent.objects.count() == 1


def test_the_same_id_at_another_endpoint_is_another_event(post, client, campaign, work_off):
    event = {"email": "ann@example.net", "event": "bounce", "id": "17"}
    post(event)
    other = make_endpoint("json", TOKEN, campaign=campaign)
    send(client, other, Post(json.dumps(event).encode(), headers=bearer(TOKEN)))
    work_off()
    assert BounceEvent.objects.count() == 2


def test_a_known_message_id_tells_the_campaign(client, campaign, work_off):
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    digest = digest_of_message_id("<letter@example.com>")
    SentMessage.objects.create(digest=digest, campaign=campaign, subscriber=ann)
    event = {"email": "ann@example.net", "event": "bounce", "message_id": "<letter@example.com>"}
    endpoint = make_endpoint("json", TOKEN)
    send(client, endpoint, Post(json.dumps(event).encode(), headers=bearer(TOKEN)))
    work_off()
    found = BounceEvent.objects.get()
    assert (found.campaign, found.proof) == (campaign, "message-id")


def test_who_was_only_in_copy_is_not_taken_for_the_recipient(client, campaign, work_off):
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    digest = digest_of_message_id("letter@example.com")
    SentMessage.objects.create(digest=digest, campaign=campaign, subscriber=ann)
    event = {"email": "copy@example.org", "event": "bounce", "message_id": "letter@example.com"}
    endpoint = make_endpoint("json", TOKEN)
    send(client, endpoint, Post(json.dumps(event).encode(), headers=bearer(TOKEN)))
    work_off()
    found = BounceEvent.objects.get()
    assert (found.address, found.campaign) == ("copy@example.org", campaign)
    assert ann.subscriptions.get().status == "active"


@pytest.mark.parametrize("headers", [{"X": "y"}, bearer(""), bearer("wrong"),
                                     {"Authorization": TOKEN}])  # fmt: skip
def test_without_the_token_nothing_is_taken(headers, post):
    response = post({"email": "ann@example.net", "event": "bounce"}, headers)
    assert response.status_code == 401
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"event": "bounce"}, "email"),
        ({"email": "no address", "event": "bounce"}, "email"),
        ({"email": ["ann@example.net"], "event": "bounce"}, "email"),
        ({"email": "ann@example.net"}, "event"),
        ({"email": "ann@example.net", "event": "explosion"}, "event"),
        ({"email": "ann@example.net", "event": "bounce", "type": "odd"}, "type"),
        ({"email": "ann@example.net", "event": "bounce", "status": "511"}, "status"),
        ({"email": "ann@example.net", "event": "bounce", "timestamp": "today"}, "timestamp"),
        ({"email": "ann@example.net", "event": "bounce", "timestamp": "2026-11-20T12:00:00"},
         "timestamp"),
        ({"email": "ann@example.net", "event": "bounce", "colour": "red"}, "colour"),
        (["not an object"], ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_the_field(event, field, post):
    good = {"email": "bob@example.net", "event": "bounce"}
    events = [good, event] if isinstance(event, dict) else [good, *event]
    response = post(events)
    assert response.status_code == 400
    assert [(p["index"], p["field"]) for p in response.json()["problems"]] == [(1, field)]
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"[]", b"null", b"7", b"\x00\xff"])
def test_nonsense_is_a_bad_request(body, post):
    assert post(body).status_code == 400


def test_too_many_events_at_once_are_refused(post):
    assert post([{"email": "a@example.net", "event": "sent"}] * 1001).status_code == 413


def test_an_old_delivery_is_not_counted_because_its_receipt_may_be_gone(post, work_off):
    at = (datetime.now(UTC) - timedelta(days=61)).isoformat()
    post({"email": "ann@example.net", "event": "delivered", "id": "1", "timestamp": at})
    work_off()
    assert not CampaignDay.objects.exists()


# --- mail by HTTP ---------------------------------------------------------------------------------


def test_mail_by_http_is_believed_for_its_return_path_alone(client, campaign, work_off):
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    endpoint = make_endpoint("mail", TOKEN)
    signed = Post(dsn(), "message/rfc822", bearer(TOKEN))
    signed.headers["X-Envelope-To"] = return_path(campaign, ann)
    forged = Post(dsn(to=campaign.bounce_address), "message/rfc822", bearer(TOKEN))
    for post in (signed, forged, signed):
        assert send(client, endpoint, post).status_code == 200
    assert work_off() == {"bounce": 2}
    proofs = BounceEvent.objects.order_by("pk").values_list("proof", flat=True)
    assert sorted(proofs) == ["", "signed"]


def test_a_feedback_report_comes_by_http_too(client, campaign, work_off):
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    endpoint = make_endpoint("mail", TOKEN)
    report = complaint("ann@example.net", to=return_path(campaign, ann))
    send(client, endpoint, Post(report, "message/rfc822", bearer(TOKEN)))
    assert work_off() == {"complaint": 1}
    assert BounceEvent.objects.get().effect == "suppress"


def test_mail_by_http_needs_the_token(client):
    endpoint = make_endpoint("mail", TOKEN)
    assert send(client, endpoint, Post(dsn(), "message/rfc822")).status_code == 401
    assert send(client, endpoint, Post(b"", headers=bearer(TOKEN))).status_code == 400
