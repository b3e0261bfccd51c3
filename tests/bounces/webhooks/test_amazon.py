"""Amazon SNS: signatures, where its addresses may lead, and which topics may report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bounces.models import BounceEvent, InboundMessage, TopicSubscription
from bounces.sources.webhooks import amazon, confirming
from tests.bounces.webhooks.services import (
    CERTIFICATE_URL,
    SERVICES,
    TOPIC,
    certificate,
    send,
    sns_message,
    sns_post,
)
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
SES = SERVICES["amazon_ses"]
ELSEWHERE = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-" + "0" * 32 + ".pem"


@pytest.fixture
def endpoint():
    return SES.endpoint()


def notification(version="2", **more):
    return sns_post(sns_message("Notification", SES.bounce(), NOW, version, **more))


def subscription(**more):
    return sns_post(sns_message("SubscriptionConfirmation", "Confirm, please.", NOW, **more))


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_the_signature_hold(version, client, endpoint):
    assert send(client, endpoint, notification(version)).status_code == 200


def test_a_subject_is_signed_too(client, endpoint):
    assert send(client, endpoint, notification(Subject="Amazon SES")).status_code == 200


def test_an_unknown_version_is_refused(client, endpoint):
    assert send(client, endpoint, notification("3")).status_code == 403


def test_the_certificate_is_fetched_once(client, endpoint, amazon_answers):
    for _ in range(3):
        assert send(client, endpoint, notification()).status_code == 200
    assert amazon_answers["asked"] == [CERTIFICATE_URL]


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL.replace("https", "http"),
        CERTIFICATE_URL.replace("amazonaws.com", "amazonaws.com.evil.example"),
        CERTIFICATE_URL.replace("https://", "https://evil.example/"),
        CERTIFICATE_URL.replace("https://", "https://user@"),
        CERTIFICATE_URL.replace("amazonaws.com/", "amazonaws.com:8443/"),
        CERTIFICATE_URL.replace("sns.", "bucket.s3."),
        CERTIFICATE_URL.replace("eu-west-1", "eu-west-1.evil"),
        CERTIFICATE_URL + "?x=y",
        CERTIFICATE_URL.replace("/Simple", "/../Simple"),
        CERTIFICATE_URL.replace(".pem", ".exe"),
        "https://[::1",
        "file:///etc/passwd",
        "",
        # Another region of Amazon's than the topic's.
        ELSEWHERE,
    ],
)
def test_the_certificate_must_be_amazons_own_and_nothing_else_is_asked(
    url, client, endpoint, amazon_answers
):
    assert send(client, endpoint, notification(SigningCertURL=url)).status_code == 400
    assert amazon_answers["asked"] == []


@pytest.mark.parametrize(
    "bad",
    [
        certificate(name="evil.example"),
        certificate(days=(-30, -1)),
        certificate(days=(1, 30)),
        b"no certificate",
    ],
)
def test_a_certificate_that_is_none_of_sns_is_refused(bad, client, endpoint, amazon_answers):
    amazon_answers[CERTIFICATE_URL] = bad
    assert send(client, endpoint, notification()).status_code == 403


def test_amazon_being_away_makes_it_try_again(client, endpoint, amazon_answers):
    amazon_answers[CERTIFICATE_URL] = amazon.AmazonAwayError("Amazon could not be asked.")
    assert send(client, endpoint, notification()).status_code == 503


@pytest.mark.parametrize("topic", [TOPIC.replace("123456789012", "210987654321"), TOPIC + "x"])
def test_a_topic_of_someone_else_is_refused_however_well_it_is_signed(
    topic, client, endpoint, amazon_answers
):
    assert send(client, endpoint, notification(TopicArn=topic)).status_code == 403
    assert send(client, endpoint, subscription(TopicArn=topic)).status_code in (400, 403)
    assert amazon_answers["asked"] == []
    assert not InboundMessage.objects.exists()


def test_an_allowed_topic_is_confirmed_after_the_commit(
    client, endpoint, work_off, amazon_answers, django_capture_on_commit_callbacks
):
    post = subscription()
    with django_capture_on_commit_callbacks() as callbacks:
        assert send(client, endpoint, post).status_code == 200
        assert work_off() == {"other": 1}
    # The web wakes a worker, the worker has it confirmed.
    assert len(callbacks) == 2
    row = TopicSubscription.objects.get()
    assert (row.state, row.topic, row.endpoint) == ("pending", TOPIC, endpoint)
    assert "f" * 64 not in row.sealed_url

    confirming.confirm(row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("pending", 1)
    assert "404" in row.error

    url = amazon_answers["asked"][-1]
    assert url.startswith("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&")
    amazon_answers[url] = b"<ConfirmSubscriptionResponse/>"
    confirming.confirm(row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries, row.error) == ("confirmed", 2, "")
    asked = len(amazon_answers["asked"])
    confirming.confirm(row.pk)
    assert len(amazon_answers["asked"]) == asked


def test_a_subscription_asked_twice_is_confirmed_once(client, endpoint, work_off):
    for _ in range(2):
        send(client, endpoint, subscription())
    work_off()
    assert InboundMessage.objects.count() == 2
    assert TopicSubscription.objects.count() == 1


def test_a_topic_that_is_no_longer_allowed_is_not_confirmed(
    client, endpoint, work_off, amazon_answers
):
    send(client, endpoint, subscription())
    work_off()
    endpoint.topics = ""
    endpoint.save()
    row = TopicSubscription.objects.get()
    asked = len(amazon_answers["asked"])
    confirming.confirm(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert len(amazon_answers["asked"]) == asked


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
        f"https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&TopicArn={TOPIC}",
        f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}x",
        f"http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}",
        "http://127.0.0.1/",
    ],
)
def test_nothing_but_a_confirmation_at_amazons_is_ever_asked(url, client, endpoint, work_off):
    assert send(client, endpoint, subscription(SubscribeURL=url)).status_code == 400
    assert not InboundMessage.objects.exists()


def test_the_sweep_finds_what_waits_to_be_confirmed(client, endpoint, work_off):
    send(client, endpoint, subscription())
    work_off()
    assert confirming.sweep() == 1
    confirming.confirm(TopicSubscription.objects.get().pk)
    # It was tried just now.
    assert confirming.sweep() == 0


def test_the_end_of_a_subscription_is_noted(client, endpoint, work_off):
    post = sns_post(sns_message("UnsubscribeConfirmation", "Bye.", NOW))
    assert send(client, endpoint, post).status_code == 200
    work_off()
    assert "ended the subscription" in InboundMessage.objects.get().note
    assert not TopicSubscription.objects.exists()


def test_the_password_can_be_wanted_too(client):
    endpoint = make_endpoint("amazon_ses", basic_auth="a:b", topics=TOPIC)
    assert send(client, endpoint, notification()).status_code == 401


def test_a_complaint_that_is_none_is_no_event(client, endpoint, work_off):
    details = {"complainedRecipients": [{"emailAddress": "ann@example.net"}]}
    for kind in ("not-spam", "abuse"):
        event = SES.bounce() | {"eventType": "Complaint"}
        event["complaint"] = details | {"complaintFeedbackType": kind}
        send(client, endpoint, sns_post(sns_message("Notification", event, NOW)))
    work_off()
    assert BounceEvent.objects.get().kind == "complaint"
