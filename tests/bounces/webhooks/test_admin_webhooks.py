"""Setting webhooks up in the admin: what is shown to whom, and what is never shown."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bounces.models import WebhookEndpoint
from bounces.sources.sealing import unseal
from tests.bounces.webhooks.services import SERVICES, TOPIC, send
from tests.factories import make_campaign, make_endpoint, make_list, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_user("Admin"))
    return client


def page(name, *args):
    return reverse(f"admin:bounces_webhookendpoint_{name}", args=args)


def form(**fields):
    return {"name": "Ours", "provider": "postmark", "is_active": "on"} | fields


def add(client, **fields):
    return client.post(page("add"), form(**fields))


def errors(response):
    return dict(response.context["adminform"].form.errors)


def test_a_new_webhook_shows_the_address_to_paste(admin):
    response = admin.post(page("add"), form(), follow=True)
    row = WebhookEndpoint.objects.get()
    assert f"http://testserver/hooks/{row.token}/" in response.content.decode()
    assert "Waiting" in response.content.decode()


def test_keys_are_kept_encrypted_and_never_shown_again(admin):
    secret = SERVICES["mailgun"].secret
    add(admin, provider="mailgun", new_secret=secret, new_basic_auth="anna:password1")
    row = WebhookEndpoint.objects.get()
    assert unseal(row.sealed_secret) == secret
    assert unseal(row.sealed_basic_auth) == "anna:password1"
    for name in ("change", "settings"):
        body = admin.get(page(name, row.pk)).content.decode()
        assert secret not in body
        assert "password1" not in body
        assert row.sealed_secret not in body


def test_saving_again_keeps_the_keys_and_the_counts(admin):
    row = make_endpoint("mailgun", "key", basic_auth="a:b", name="Ours")
    WebhookEndpoint.objects.update(events=7)
    response = admin.post(page("settings", row.pk), form(provider="postmark", name="New"))
    assert response.url == page("change", row.pk)
    after = WebhookEndpoint.objects.get()
    assert (after.name, after.provider, after.events) == ("New", "mailgun", 7)
    assert (after.sealed_secret, after.sealed_basic_auth) == (
        row.sealed_secret,
        row.sealed_basic_auth,
    )
    admin.post(page("settings", row.pk), form(drop_basic_auth="on"))
    assert WebhookEndpoint.objects.get().sealed_basic_auth == ""


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider": "sendgrid", "new_secret": "no key"}, "new_secret"),
        ({"provider": "postal", "new_secret": "no key"}, "new_secret"),
        ({"provider": "resend", "new_secret": "whsec_!"}, "new_secret"),
        ({"provider": "postmark", "new_secret": "anything"}, "new_secret"),
        ({"provider": "amazon_ses"}, "topics"),
        ({"provider": "amazon_ses", "topics": f"{TOPIC}\nhttps://example.com"}, "topics"),
        ({"provider": "postmark", "topics": TOPIC}, "topics"),
        ({"new_basic_auth": "no colon"}, "new_basic_auth"),
        ({"provider": "nobody"}, "provider"),
        ({"name": ""}, "name"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(fields, field, admin):
    response = add(admin, **fields)
    assert field in errors(response)
    assert not WebhookEndpoint.objects.exists()


def test_the_campaign_must_be_of_the_list(admin):
    response = add(admin, campaign=make_campaign().pk, mailing_list=make_list().pk)
    assert "campaign" in errors(response)


@pytest.mark.parametrize("provider", ["json", "mail"])
def test_a_token_of_our_own_is_made_and_shown_once(provider, admin):
    response = add(admin, provider=provider)
    row = WebhookEndpoint.objects.get()
    token = unseal(row.sealed_secret)
    assert len(token) > 40
    assert token in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert token not in admin.get(page("change", row.pk)).content.decode()

    again = admin.post(page("token", row.pk))
    row.refresh_from_db()
    assert unseal(row.sealed_secret) != token
    assert unseal(row.sealed_secret) in again.content.decode()


def test_a_new_address_replaces_the_old_one(admin, client):
    service = SERVICES["postmark"]
    row = service.endpoint()
    old = row.token
    admin.post(page("renew", row.pk))
    assert client.head(f"/hooks/{old}/").status_code == 404
    row.refresh_from_db()
    assert send(client, row, service.post(service.bounce())).status_code == 200


def test_buttons_are_for_those_who_may_change_and_by_post(admin, client):
    row = make_endpoint("json", "token")
    for name in ("renew", "token"):
        assert admin.get(page(name, row.pk)).status_code == 403
    assert admin.post(page("token", make_endpoint("postmark").pk)).status_code == 403
    client.force_login(make_user("Operator"))
    for name in ("renew", "token"):
        assert client.post(page(name, row.pk)).status_code == 403


def test_the_address_is_shown_to_those_alone_who_may_set_it_up(client):
    row = make_endpoint("postmark")
    client.force_login(make_user("Marketer"))
    body = client.get(page("change", row.pk)).content.decode()
    assert row.token not in body
    assert "What came" in body


def test_a_refused_request_shows_on_the_page_and_in_the_list(admin, client):
    row = make_endpoint("postmark", basic_auth="a:b")
    send(client, row, SERVICES["postmark"].post(SERVICES["postmark"].bounce()))
    for url in (page("change", row.pk), page("changelist")):
        assert "The user name or password is missing or wrong." in admin.get(url).content.decode()


def test_a_lost_key_is_said_on_the_page(admin, settings):
    row = make_endpoint("postmark")
    WebhookEndpoint.objects.update(sealed_token="gone")
    assert "SECRET_KEY has changed" in admin.get(page("change", row.pk)).content.decode()


def test_the_list_of_webhooks_costs_no_query_each(admin, django_assert_max_num_queries):
    for _ in range(20):
        make_endpoint("postmark")
    admin.get(page("changelist"))
    with django_assert_max_num_queries(12):
        admin.get(page("changelist"))


def test_raw_requests_are_shown_as_text(admin, client, work_off):
    service = SERVICES["postmark"]
    send(client, service.endpoint(), service.post(service.bounce()))
    work_off()
    row = WebhookEndpoint.objects.get().messages.get()
    url = reverse("admin:bounces_inboundmessage_change", args=[row.pk])
    body = admin.get(url).content.decode()
    assert "POST Postmark HTTP/1.1" in body
    assert "Postmark: 1 event" in body
