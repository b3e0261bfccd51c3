"""Every service alike: what it signs is taken in, understood and counted; what is forged is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bounces.models import BounceEvent, InboundMessage
from bounces.sources.webhooks.providers import PROVIDERS
from bounces.storing import Incoming, store
from lists.models import CampaignDay, Suppression
from lists.return_paths import return_path
from tests.bounces.webhooks.services import SERVICES, Post, send, sign_mandrill
from tests.factories import make_subscriber
from tests.mails import dsn

pytestmark = pytest.mark.django_db

SIGNED = [
    name for name, service in SERVICES.items() if PROVIDERS[name].secret or name == "amazon_ses"
]
AGED = ["amazon_ses", "mailgun", "resend", "sendgrid"]


def posted(service, endpoint, event, at=None) -> Post:
    """`event` as the service sends it to this endpoint."""
    if service.name == "mandrill":
        return sign_mandrill(event, at, f"http://testserver/hooks/{endpoint.token}/")
    return service.post(event, at)


def test_every_service_that_is_offered_is_tested():
    assert set(SERVICES) == set(PROVIDERS) - {"json", "mail"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_bounce_is_stored_first_and_suppresses_once_it_is_interpreted(
    name, client, campaign, work_off
):
    service = SERVICES[name]
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    endpoint = service.endpoint()
    event = service.bounce(campaign=str(campaign.pk))
    response = send(client, endpoint, posted(service, endpoint, event))
    assert (response.status_code, response.json()) == (200, {"stored": 1, "duplicates": 0})
    assert InboundMessage.objects.get().state == "pending"
    assert not BounceEvent.objects.exists()

    assert work_off() == {"bounce": 1}
    found = BounceEvent.objects.get()
    assert (found.kind, found.category, found.reason) == ("bounce", "hard", "userunknown")
    assert (found.address, found.campaign) == ("ann@example.net", campaign)
    assert (found.trust, found.proof, found.effect) == ("verified", "webhook", "suppress")
    assert abs(found.occurred_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert Suppression.objects.get().address == "ann@example.net"
    assert ann.subscriptions.get().status == "bounced"
    assert CampaignDay.objects.get().hard == 1
    endpoint.refresh_from_db()
    assert (endpoint.requests, endpoint.events, endpoint.refused) == (1, 1, 0)
    assert endpoint.last_event_at is not None


@pytest.mark.parametrize("name", SERVICES)
def test_the_same_event_again_is_acknowledged_and_counts_nothing(name, client, campaign, work_off):
    service = SERVICES[name]
    endpoint = service.endpoint()
    event = service.bounce(campaign=str(campaign.pk))
    first = posted(service, endpoint, event)
    assert send(client, endpoint, first).json() == {"stored": 1, "duplicates": 0}
    assert send(client, endpoint, first).json() == {"stored": 0, "duplicates": 1}
    # Signed anew, as services do when they try again.
    assert send(client, endpoint, posted(service, endpoint, event)).status_code == 200
    work_off()
    assert BounceEvent.objects.count() == 1
    assert CampaignDay.objects.get().hard == 1


@pytest.mark.parametrize("name", SERVICES)
def test_what_was_delivered_is_counted_once_and_leaves_no_event(name, client, campaign, work_off):
    service = SERVICES[name]
    endpoint = service.endpoint(counts_sent=True)
    event = service.delivered(campaign=str(campaign.pk))
    for _ in range(2):
        assert send(client, endpoint, posted(service, endpoint, event)).status_code == 200
        work_off()
    assert not BounceEvent.objects.exists()
    day = CampaignDay.objects.get()
    # Mandrill tells only that it sent.
    assert (day.sent, day.delivered) == (1, 0 if name == "mandrill" else 1)


@pytest.mark.parametrize("name", SIGNED)
def test_what_is_not_signed_is_refused_and_shown(name, client, campaign):
    service = SERVICES[name]
    endpoint = service.endpoint()
    post = posted(service, endpoint, service.bounce(campaign=str(campaign.pk)))
    other = Post(post.body.replace(b"ann", b"bob"), post.content_type, post.headers)
    forged = [
        other,
        Post(post.body, post.content_type, dict.fromkeys(post.headers, "AAAA")),
        Post(post.body, post.content_type),
    ]
    if name == "mailgun":
        # It signs time and token, not the rest.
        changed = post.body.replace(b'"signature": "', b'"signature": "0')
        forged = [Post(changed, post.content_type)]
    elif name in ("amazon_ses", "unisender_go"):
        # Their signature is in the body.
        forged = [other]
    for number, attempt in enumerate(forged, 1):
        response = send(client, endpoint, attempt)
        assert response.status_code == 403, response.content
        endpoint.refresh_from_db()
        assert endpoint.refused == number
        assert endpoint.last_error.startswith("403: ")
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("name", AGED)
def test_an_old_signature_is_a_replay(name, client, campaign):
    service = SERVICES[name]
    endpoint = service.endpoint()
    event = service.bounce(campaign=str(campaign.pk))
    for at in (datetime.now(UTC) - timedelta(days=4), datetime.now(UTC) + timedelta(hours=1)):
        assert send(client, endpoint, posted(service, endpoint, event, at)).status_code == 403
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("name", [n for n, s in SERVICES.items() if s.tells_message_id])
def test_a_webhook_and_a_report_by_mail_about_the_same_mail_are_one_bounce(
    name, client, campaign, work_off
):
    service = SERVICES[name]
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    host = "eu-west-1.amazonses.com" if name == "amazon_ses" else "example.com"
    message_id = f"0102018c-letter@{host}"
    endpoint = service.endpoint()
    event = service.bounce(campaign=str(campaign.pk), message_id=message_id)
    assert send(client, endpoint, posted(service, endpoint, event)).status_code == 200
    mail = dsn(to=return_path(campaign, ann), original_message_id=message_id)
    store([Incoming(mail, "listener", received_at=datetime(2026, 11, 20, 13, tzinfo=UTC))])
    work_off()
    assert BounceEvent.objects.count() == 1
    assert sum(day.hard for day in CampaignDay.objects.all()) == 1


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"[1]", b"{}", b'"x"', b"\xff\xfe"])
def test_nonsense_is_refused_or_kept_and_never_an_error(name, body, client, work_off):
    service = SERVICES[name]
    endpoint = service.endpoint()
    response = send(client, endpoint, Post(body))
    assert response.status_code in (200, 400, 403)
    work_off()
    assert not BounceEvent.objects.exists()
