"""From what happens to what a receiver gets, once, however often it fails."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lists import bouncing
from lists.banding import record as record_bands
from lists.counting import Count, add
from lists.models import StreamPolicy, Suppression
from lists.outgoing import backoff, delivering, forgetting, kinds, outbox, signing
from lists.outgoing.models import CLAIM_LASTS, OLD_SECRET_LASTS, Delivery, Endpoint, Message
from lists.outgoing.posting import Answer
from lists.sending import report_sent
from lists.suppressing import SuppressionWish, suppress, unsuppress
from tests.factories import NOW, make_campaign, make_list

pytestmark = pytest.mark.django_db
ITEM = [{"address": "ann@example.net"}]


def ids():
    return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def deliver_all():
    delivering.deliver(ids())
    return Delivery.objects.order_by("pk").last()


def come(later: timedelta):
    """Let time pass for what waits."""
    Delivery.objects.update(next_try_at=timezone.now() - later)
    Endpoint.objects.update(quiet_until=None)


def told(receiver):
    return [json.loads(body) for _, _, body in receiver.got]


# --- what is told -------------------------------------------------------------------------------
def test_suppressing_and_unsuppressing_are_told(endpoint, receiver):
    suppress([SuppressionWish("ann@example.net", "hard", "It bounced.", evidence="event:1")], "me")
    unsuppress(list(Suppression.objects.all()), "olga", "Repaired.")
    deliver_all()
    first, second = told(receiver)
    assert first["type"] == "suppressed"
    (item,) = first["data"]
    assert item["address"] == "ann@example.net"
    assert (item["cause"], item["why"], item["actor"]) == ("hard", "It bounced.", "me")
    assert (item["evidence"], item["scope"]) == ("event:1", "global")
    assert second["type"] == "unsuppressed"
    assert second["data"][0]["why"] == "Repaired."


def test_suppressing_what_is_suppressed_is_not_told_again(endpoint):
    for _ in range(2):
        suppress([SuppressionWish("ann@example.net", "hard", "It bounced.")], "me")
    assert Message.objects.count() == 1


def test_a_complaint_that_outranks_a_bounce_is_told_with_its_cause(endpoint, receiver):
    suppress([SuppressionWish("ann@example.net", "hard", "It bounced.")], "me")
    suppress([SuppressionWish("ann@example.net", "complaint", "Spam.")], "me")
    deliver_all()
    assert told(receiver)[1]["data"][0]["cause"] == "complaint"


def test_bounces_and_complaints_are_told_with_the_person_who_is_removed(endpoint, receiver):
    StreamPolicy.objects.update(hard_remove_at=1)
    mailing_list = make_list()
    bounces = [("ann@example.net", "hard", 1), ("bob@example.net", "complaint", 2)]
    bouncing.apply(
        [
            bouncing.Bounce(address, mailing_list.pk, what, "userunknown", NOW, f"event:{n}")
            for address, what, n in bounces
        ]
    )
    deliver_all()
    by_kind = {body["type"]: body["data"] for body in told(receiver)}
    assert by_kind["removed"][0]["address"] == "ann@example.net"
    assert [i["address"] for i in by_kind["complained"]] == ["bob@example.net"]
    assert {i["address"] for i in by_kind["suppressed"]} == {"ann@example.net", "bob@example.net"}


def test_a_change_of_band_is_told(endpoint, receiver):
    campaign = make_campaign(name="November")
    report_sent(campaign, NOW.date(), {"a.example": 1000})
    add([Count(campaign.pk, NOW.date(), "a.example", "hard", 60)])
    record_bands(NOW)
    record_bands(NOW)
    deliver_all()
    (body,) = told(receiver)
    assert body["type"] == "band.changed"
    assert [(i["campaign_name"], i["before"], i["after"]) for i in body["data"]] == [
        ("", "unknown", "poor"), ("November", "unknown", "poor"),
    ]  # fmt: skip


def test_only_what_an_endpoint_wants_is_told(endpoint):
    Endpoint.objects.update(kinds=["unsuppressed"])
    suppress([SuppressionWish("ann@example.net", "hard", "x")], "me")
    assert not Message.objects.exists()


def test_an_endpoint_that_is_off_is_told_nothing(endpoint):
    Endpoint.objects.update(enabled=False)
    outbox.publish(kinds.SUPPRESSED, ITEM)
    assert not Message.objects.exists()


def test_what_is_rolled_back_is_not_told(endpoint):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        suppress([SuppressionWish("ann@example.net", "hard", "x")], "me")
        raise ZeroDivisionError
    assert not Message.objects.exists()


def test_many_are_told_a_hundred_at_once(endpoint):
    suppress([SuppressionWish(f"p{n}@example.net", "import", "x") for n in range(250)], "me")
    sizes = [len(json.loads(m.body)["data"]) for m in Message.objects.order_by("pk")]
    assert sizes == [100, 100, 50]


def test_without_endpoints_it_costs_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.publish(kinds.SUPPRESSED, ITEM)


# --- how it is delivered ------------------------------------------------------------------------
@pytest.fixture
def waiting(endpoint):
    """One delivery that is due."""
    outbox.publish(kinds.SUPPRESSED, ITEM)
    return Delivery.objects.get()


def test_a_delivery_is_signed_and_logged(waiting, receiver):
    row = deliver_all()
    _, headers, body = receiver.got[0]
    assert headers["webhook-id"] == row.message.public_id
    signature = signing.sign(
        headers["webhook-id"], int(headers["webhook-timestamp"]), body, row.endpoint.secret
    )
    assert headers["webhook-signature"] == signature
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 10
    assert (row.state, row.status, row.answer, row.attempts) == (
        "delivered", 200, "thank you", 1,
    )  # fmt: skip
    assert row.milliseconds >= 0
    assert row.claimed_at is None


def test_what_is_delivered_is_not_delivered_again(waiting, receiver):
    deliver_all()
    deliver_all()
    assert len(receiver.got) == 1


def test_what_another_worker_is_at_is_left_to_it(waiting, receiver):
    Delivery.objects.update(claimed_at=timezone.now())
    deliver_all()
    assert receiver.got == []


def test_what_a_dead_worker_held_is_taken_up(waiting, receiver):
    Delivery.objects.update(claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=1))
    assert deliver_all().state == "delivered"


def test_a_failure_is_tried_again_later(waiting, receiver):
    receiver.status = 500
    row = deliver_all()
    assert (row.state, row.status, row.attempts) == ("pending", 500, 1)
    assert row.next_try_at > timezone.now()
    assert row.endpoint.failures == 1
    deliver_all()
    assert len(receiver.got) == 1
    receiver.status = 204
    come(timedelta(0))
    row = deliver_all()
    assert (row.state, row.attempts, row.endpoint.failures) == ("delivered", 2, 0)
    assert [t["status"] for t in row.tries] == [500, 204]


def test_the_same_body_and_id_come_each_time(waiting, receiver):
    receiver.status = 500
    deliver_all()
    come(timedelta(0))
    deliver_all()
    (_, first, body), (_, second, again) = receiver.got
    assert (first["webhook-id"], body) == (second["webhook-id"], again)


def test_after_its_last_try_it_is_given_up_and_can_be_delivered_again(waiting, receiver):
    receiver.status = 500
    for _ in range(backoff.MOST_TRIES + 2):
        come(timedelta(0))
        row = deliver_all()
    assert (row.state, row.attempts, len(receiver.got)) == (
        "parked", backoff.MOST_TRIES, backoff.MOST_TRIES,
    )  # fmt: skip
    receiver.status = 200
    assert delivering.deliver_again([row.pk]) == 1
    come(timedelta(0))
    assert deliver_all().state == "delivered"


def test_an_endpoint_that_fails_is_left_alone_and_loses_nothing(endpoint, receiver):
    for n in range(5):
        outbox.publish(kinds.SUPPRESSED, [{"n": n}])
    receiver.status = 500
    deliver_all()
    assert len(receiver.got) == 1
    assert delivering.sweep() == 0
    come(timedelta(0))
    # One alone finds out whether it works again.
    assert delivering.sweep() == 1
    receiver.status = 200
    deliver_all()
    assert Delivery.objects.filter(state="delivered").count() == 5


def test_another_endpoint_goes_on(endpoint, receiver):
    Endpoint.objects.create(name="Dead", url="http://127.0.0.1:1/", kinds=["suppressed"])
    outbox.publish(kinds.SUPPRESSED, ITEM)
    deliver_all()
    states = dict(Delivery.objects.values_list("endpoint__name", "state"))
    assert states == {"Shop": "delivered", "Dead": "pending"}


def test_a_receiver_that_is_gone_is_turned_off(waiting, receiver):
    receiver.status = 410
    row = deliver_all()
    assert (row.state, row.endpoint.enabled) == ("parked", False)


def test_nothing_inside_is_posted_to(waiting, receiver, settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    row = deliver_all()
    assert receiver.got == []
    assert "internal address" in row.error


def test_a_webhook_that_is_deleted_while_it_is_told_is_no_fault(waiting, monkeypatch):
    def deleted_meanwhile(*args, **kwargs):
        Endpoint.objects.all().delete()
        return Answer(200, 0.1)

    monkeypatch.setattr(delivering.posting, "post", deleted_meanwhile)
    delivering.deliver([waiting.pk])
    assert not Delivery.objects.exists()


def test_the_sweep_finds_what_was_never_announced(waiting):
    assert delivering.sweep() == 1


def test_a_secret_that_is_rotated_signs_beside_the_new_one_for_a_day(waiting, receiver):
    endpoint = waiting.endpoint
    old = endpoint.secret
    delivering.rotate_secret(endpoint)
    assert endpoint.secret != old
    deliver_all()
    _, headers, body = receiver.got[0]
    signed = headers["webhook-id"], int(headers["webhook-timestamp"]), body
    expected = [signing.sign(*signed, secret) for secret in (endpoint.secret, old)]
    assert headers["webhook-signature"].split(" ") == expected
    later = timezone.now() + OLD_SECRET_LASTS + timedelta(minutes=1)
    assert endpoint.signing_secrets(later) == [endpoint.secret]


def test_after_a_change_of_the_installations_key_the_former_one_signs_too(endpoint, settings):
    old = endpoint.secret
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert endpoint.signing_secrets(timezone.now()) == [endpoint.secret, old]


def test_old_messages_are_deleted_when_nobody_waits_for_them(endpoint, receiver):
    for n in range(2):
        outbox.publish(kinds.SUPPRESSED, [{"n": n}])
    delivering.deliver(ids()[:1])
    Message.objects.update(created_at=timezone.now() - delivering.KEPT - timedelta(days=1))
    assert sum(delivering.delete_old()) == 1
    assert Delivery.objects.get().state == "pending"


def test_an_erased_person_is_taken_out_of_what_was_told_but_not_of_what_is_to_be(endpoint):
    address = "jörg@example.net"
    for _ in range(2):
        outbox.publish(kinds.SUPPRESSED, [{"address": address, "why": f"Wrote from {address}."}])
    delivering.deliver(ids()[:1])
    assert forgetting.forget(address, "~x") == 1
    told_one, waiting = Message.objects.order_by("pk")
    assert json.loads(told_one.body)["data"][0] == {"address": "~x", "why": "Wrote from ~x."}
    assert json.loads(waiting.body)["data"][0]["address"] == address
