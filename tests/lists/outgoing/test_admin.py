"""Webhooks in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lists.outgoing import delivering, kinds, outbox
from lists.outgoing.models import Delivery, Endpoint
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_user("Admin"))
    return client


def page(name, *args):
    return reverse(f"admin:outgoing_{name}", args=args)


def make(client, **fields):
    data = {"name": "Shop", "url": "https://shop.example/hook", "kinds": ["suppressed"]}
    return client.post(page("endpoint_add"), data | {"enabled": "on"} | fields, follow=True)


def test_a_webhook_is_made_and_its_secret_shown(admin):
    body = make(admin).content.decode()
    endpoint = Endpoint.objects.get()
    assert endpoint.kinds == ["suppressed"]
    assert endpoint.secret in body


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"url": "ftp://shop.example/"}, "url"),
        ({"url": "https://user:password@shop.example/"}, "url"),
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["everything"]}, "kinds"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_not_made(admin, fields, where):
    assert where in make(admin, **fields).context["adminform"].form.errors
    assert not Endpoint.objects.exists()


def test_a_test_is_sent_and_its_outcome_shown(admin, endpoint, receiver):
    url = page("endpoint_send_test", endpoint.pk)
    body = admin.get(url, follow=True).content.decode()
    assert "deliveries work" in body
    assert "thank you" in body
    receiver.status, receiver.body = 500, b"<script>alert(1)</script>"
    body = admin.get(url, follow=True).content.decode()
    assert "the receiver answered 500" in body
    assert "<script>alert(1)" not in body
    assert [d.state for d in Delivery.objects.order_by("pk")] == ["delivered", "parked"]


def test_a_new_secret_is_asked_for_and_made(admin, endpoint):
    old = endpoint.secret
    url = page("endpoint_secret", endpoint.pk)
    assert old not in admin.get(url + "?new=1").content.decode()
    endpoint.refresh_from_db()
    assert endpoint.secret == old
    body = admin.post(url, follow=True).content.decode()
    endpoint.refresh_from_db()
    assert endpoint.secret != old
    assert endpoint.secret in body


def test_secrets_are_not_kept_by_browsers(admin, endpoint):
    answer = admin.get(page("endpoint_secret", endpoint.pk))
    assert "no-store" in answer["Cache-Control"]


def test_deliveries_are_listed_and_delivered_again(admin, endpoint, receiver):
    receiver.status = 410
    outbox.publish(kinds.SUPPRESSED, [{"n": 1}])
    row = Delivery.objects.get()
    delivering.deliver([row.pk])
    body = admin.get(page("delivery_changelist")).content.decode()
    assert "Given up" in body
    assert "not tried any more" in admin.get(page("delivery_change", row.pk)).content.decode()
    data = {"action": "deliver_again", "_selected_action": [row.pk]}
    assert (
        "1 is delivered again"
        in admin.post(page("delivery_changelist"), data, follow=True).content.decode()
    )
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("pending", 0)


def test_the_log_costs_the_same_for_one_and_for_many(
    admin, endpoint, django_assert_max_num_queries
):
    for n in range(60):
        outbox.publish(kinds.SUPPRESSED, [{"n": n}])
    with django_assert_max_num_queries(12):
        admin.get(page("delivery_changelist"))


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_nobody_else_has_anything_to_do_with_webhooks(client, endpoint, role):
    client.force_login(make_user(role))
    for url in (
        page("endpoint_changelist"), page("endpoint_add"), page("endpoint_change", endpoint.pk),
        page("endpoint_secret", endpoint.pk), page("endpoint_send_test", endpoint.pk),
        page("delivery_changelist"),
    ):  # fmt: skip
        assert client.get(url).status_code == 403, url
    assert client.post(page("endpoint_secret", endpoint.pk)).status_code == 403
    assert Endpoint.objects.get().secret_generation == 1
    assert not Delivery.objects.exists()
