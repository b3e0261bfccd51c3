"""What a webhook answers: the right status, and nothing taken that is not acknowledged."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import OperationalError, connection

from bounces import storing
from bounces.models import BounceEvent, InboundMessage, WebhookEndpoint
from bounces.sources.webhooks import endpoints
from bounces.sources.webhooks.stored_request import StoredRequest
from tests.bounces.webhooks.services import SERVICES, Post, basic, bearer, send
from tests.factories import make_campaign, make_endpoint, make_list, make_subscriber

pytestmark = pytest.mark.django_db

POSTMARK = SERVICES["postmark"]


def test_an_address_that_is_none_is_not_found(client):
    response = client.post("/hooks/nobody/", b"{}", content_type="application/json")
    assert response.status_code == 404


def test_an_endpoint_that_is_off_refuses(client):
    endpoint = POSTMARK.endpoint(is_active=False)
    assert send(client, endpoint, POSTMARK.post(POSTMARK.bounce())).status_code == 403
    assert client.head(f"/hooks/{endpoint.token}/").status_code == 404


@pytest.mark.parametrize("method", ["head", "get"])
def test_services_can_ask_whether_the_address_is_right(client, method):
    assert getattr(client, method)(f"/hooks/{POSTMARK.endpoint().token}/").status_code == 200


def test_other_methods_are_refused(client):
    response = client.delete(f"/hooks/{POSTMARK.endpoint().token}/")
    assert response.status_code == 405
    assert "POST" in response["Allow"]


def test_the_password_is_asked_for_and_checked(client):
    endpoint = make_endpoint("postmark", basic_auth="anna:secret")
    post = POSTMARK.post(POSTMARK.bounce())
    response = send(client, endpoint, post)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    for wrong in ("anna:wrong", "anna", "", "anna:secret:more"):
        post.headers = basic(wrong)
        assert send(client, endpoint, post).status_code == 401
    post.headers = basic("anna:secret")
    assert send(client, endpoint, post).status_code == 200


def test_a_body_that_is_too_long_is_refused_however_long_it_says_it_is(client, settings):
    settings.WEBHOOK_MAX_BYTES = 100
    endpoint = POSTMARK.endpoint()
    assert send(client, endpoint, Post(b"x" * 101)).status_code == 413
    assert send(client, endpoint, Post(b"x" * 101), CONTENT_LENGTH="101").status_code == 413
    assert not InboundMessage.objects.exists()


def test_a_message_that_broke_off_is_not_stored(client):
    endpoint = make_endpoint("mail", "token")
    post = Post(b"Subject: a mail", "message/rfc822", bearer("token"))
    broken_off = {"CONTENT_LENGTH": "100", "wsgi.input": BytesIO(post.body)}
    assert send(client, endpoint, post, **broken_off).status_code == 400
    assert not InboundMessage.objects.exists()
    assert send(client, endpoint, post).status_code == 200


def test_a_service_that_signs_is_refused_until_its_key_is_set(client):
    endpoint = make_endpoint("sendgrid")
    post = SERVICES["sendgrid"].post(SERVICES["sendgrid"].bounce())
    assert send(client, endpoint, post).status_code == 403
    endpoint.refresh_from_db()
    assert "verification key" in endpoint.last_error


def test_a_key_that_is_none_is_said_and_not_raised(client):
    endpoint = make_endpoint("postal", "this is no key")
    response = send(client, endpoint, SERVICES["postal"].post(SERVICES["postal"].bounce()))
    assert response.status_code == 403


def test_a_lost_secret_key_makes_the_service_try_again(client, settings):
    service = SERVICES["mailgun"]
    endpoint = service.endpoint()
    address = f"/hooks/{endpoint.token}/"
    settings.SECRET_KEY = "another one"
    post = service.post(service.bounce())
    response = client.post(address, post.body, content_type=post.content_type)
    assert response.status_code == 503
    assert response["Retry-After"]
    endpoint.refresh_from_db()
    assert "SECRET_KEY" in endpoint.last_error


def test_a_database_that_is_away_makes_the_service_try_again(client, monkeypatch):
    endpoint = POSTMARK.endpoint()

    def store(messages):
        raise OperationalError("the server went away")

    monkeypatch.setattr(storing, "store", store)
    assert send(client, endpoint, POSTMARK.post(POSTMARK.bounce())).status_code == 503


def test_receiving_costs_a_few_queries_however_many_events(
    client, campaign, django_assert_num_queries
):
    service = SERVICES["sparkpost"]
    endpoint = service.endpoint()
    event = [service.bounce(f"p{n}@example.net", str(campaign.pk))[0] for n in range(500)]
    # The state of the road is written now and then only.
    send(client, endpoint, service.post(service.bounce()))
    # SQLite: is it known; in a transaction: take a number, write its row and its text.
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 6):
        send(client, endpoint, service.post(event))


def test_the_raw_request_is_kept_as_text_without_its_secrets(client):
    endpoint = make_endpoint("postmark", basic_auth="anna:secret")
    post = POSTMARK.post(POSTMARK.bounce())
    post.headers = basic("anna:secret")
    send(client, endpoint, post)
    row = InboundMessage.objects.get()
    raw = bytes(row.raw)
    assert row.content_type == "message/http"
    assert raw.startswith(b"POST Postmark HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{")
    assert endpoint.token.encode() not in raw
    assert b"Authorization" not in raw
    assert StoredRequest(raw).body == post.body


def test_one_bad_event_does_not_hold_up_the_others_and_is_shown(client, campaign, work_off):
    service = SERVICES["sendgrid"]
    endpoint = service.endpoint()
    good = [service.bounce(f"p{n}@example.net", str(campaign.pk))[0] for n in range(3)]
    send(client, endpoint, service.post([good[0], {"event": 7, "timestamp": []}, *good[1:]]))
    assert work_off() == {"failed": 1}
    assert BounceEvent.objects.count() == 3
    row = InboundMessage.objects.get()
    assert row.state == "failed"
    assert row.error.startswith("1 of 4 events could not be read: event 2: ")
    assert row.subject == "SendGrid: 3 events"


def test_an_endpoint_speaks_only_for_its_list(client, campaign, work_off):
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    endpoint = POSTMARK.endpoint(mailing_list=make_list())
    send(client, endpoint, POSTMARK.post(POSTMARK.bounce(campaign=str(campaign.pk))))
    work_off()
    event = BounceEvent.objects.get()
    assert (event.trust, event.campaign, event.effect) == ("unverified", campaign, "")
    assert ann.subscriptions.get().status == "active"


@pytest.mark.parametrize("how", ["id", "address", "name", "last resort"])
def test_the_campaign_is_found_by(how, client, campaign, work_off):
    named = {"id": str(campaign.pk), "address": campaign.bounce_address, "name": campaign.name}
    last_resort = campaign if how == "last resort" else None
    endpoint = POSTMARK.endpoint(campaign=last_resort)
    send(client, endpoint, POSTMARK.post(POSTMARK.bounce(campaign=named.get(how, "no such"))))
    work_off()
    assert BounceEvent.objects.get().campaign == campaign


def test_a_name_that_two_campaigns_have_is_nobodys(client, campaign, work_off):
    make_campaign(name=campaign.name)
    send(client, POSTMARK.endpoint(), POSTMARK.post(POSTMARK.bounce(campaign=campaign.name)))
    work_off()
    event = BounceEvent.objects.get()
    assert (event.campaign, event.trust, event.effect) == (None, "verified", "")


def test_deleting_an_endpoint_keeps_its_requests_and_says_so(client, work_off):
    endpoint = POSTMARK.endpoint()
    send(client, endpoint, POSTMARK.post(POSTMARK.bounce()))
    endpoint.delete()
    assert work_off() == {"failed": 1}
    assert "webhook was deleted" in InboundMessage.objects.get().error


def test_an_endpoint_that_is_switched_off_here_refuses_at_once(client):
    endpoint = POSTMARK.endpoint()
    assert send(client, endpoint, POSTMARK.post(POSTMARK.bounce())).status_code == 200
    endpoint.is_active = False
    endpoint.save()
    assert send(client, endpoint, POSTMARK.post(POSTMARK.bounce())).status_code == 403


def test_an_endpoint_that_is_deleted_is_not_found_at_once(client):
    endpoint = POSTMARK.endpoint()
    address = f"/hooks/{endpoint.token}/"
    assert client.head(address).status_code == 200
    endpoint.delete()
    assert client.head(address).status_code == 404


def test_what_another_process_switched_off_refuses_within_seconds(client, monkeypatch):
    endpoint = POSTMARK.endpoint()
    now = [1000.0]
    monkeypatch.setattr(endpoints.time, "monotonic", lambda: now[0])
    assert send(client, endpoint, POSTMARK.post(POSTMARK.bounce())).status_code == 200
    # An update sends no signal, as another process sends none here.
    WebhookEndpoint.objects.update(is_active=False)
    now[0] += endpoints.SECONDS + 0.1
    assert send(client, endpoint, POSTMARK.post(POSTMARK.bounce())).status_code == 403


def test_of_many_requests_one_reads_an_endpoint_anew_before_its_time():
    known = endpoints.at(POSTMARK.endpoint().token)
    soon = known.until - 0.1
    assert [known.holds(soon) for _ in range(3)] == [False, True, True]
    assert not known.holds(known.until)


def test_a_request_costs_no_query_for_its_endpoint_once_it_is_known(
    client, django_assert_num_queries
):
    endpoint = POSTMARK.endpoint()
    address = f"/hooks/{endpoint.token}/"
    client.head(address)
    with django_assert_num_queries(0):
        client.head(address)
