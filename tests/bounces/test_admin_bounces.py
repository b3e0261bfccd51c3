"""Bounces and messages are explained, shown safely, and processed again where they failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from bounces.models import InboundMessage, RawMessage
from bounces.originals import SHOWN_BYTES, readable
from bounces.parsing.reasons.names import REASONS
from bounces.retrying import process_again
from tests.factories import make_campaign, make_event, make_message, make_user

pytestmark = pytest.mark.django_db

EVENTS = "admin:bounces_bounceevent_changelist"
HOSTILE = b"Subject: x\r\n\r\n</pre><script>alert(1)</script> \x1b[31m \xe2\x80\xae moc \xff"


@pytest.fixture
def marketer(client):
    client.force_login(make_user("Marketer"))
    return client


def event_page(client, event) -> str:
    return client.get(reverse("admin:bounces_bounceevent_change", args=[event.pk])).content.decode()


def test_an_event_begins_with_a_sentence_and_shows_what_decided(marketer):
    event = make_event(
        campaign=make_campaign(),
        effect="suppress",
        rule="some-rule",
        evidence="550 5.1.1 unknown user here",
    )

    page = event_page(marketer, event)

    for text in (
        escape(REASONS["userunknown"].sentence),
        "The address was suppressed",
        "The signed return path holds.",
        "some-rule",
        "550 5.1.1 unknown user here",
        event.campaign.name,
    ):
        assert text in page


def test_an_unverified_event_says_that_it_did_nothing(marketer):
    page = event_page(marketer, make_event(trust="unverified", proof=""))

    assert "Why it is not believed" in page
    assert "suppresses nobody" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "delayed", "category": "soft"}, "the sending server is still trying"),
        ({"category": "block", "reason": "blocked"}, "A block is about the sender"),
        ({"effect": "remove"}, "taken off the list"),
        ({"effect": "counted"}, "still mailed"),
        ({}, "no list is known for it"),
        ({"kind": "autoreply", "category": "", "reason": "vacation"}, "is no bounce"),
    ],
)
def test_each_outcome_has_its_sentence(marketer, fields, sentence):
    assert sentence in event_page(marketer, make_event(**fields))


def test_events_of_the_same_address_are_linked(marketer):
    event = make_event(address="ann@example.net")
    other = make_event(address="ann@example.net", reason="mailboxfull", category="soft")

    page = event_page(marketer, event)

    assert reverse("admin:bounces_bounceevent_change", args=[other.pk]) in page


def test_the_original_is_shown_as_text_that_cannot_act(marketer):
    page = event_page(marketer, make_event(message=make_message(raw=HOSTILE)))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_a_long_original_is_cut_and_says_so(marketer):
    event = make_event(message=make_message(raw=b"x" * (SHOWN_BYTES + 1)))

    assert "only the beginning is shown" in event_page(marketer, event)
    assert not readable(b"x" * SHOWN_BYTES).is_cut


def test_a_deleted_original_is_said_to_be_deleted(marketer):
    message = make_message(state="processed")
    RawMessage.objects.all().delete()

    assert "deleted by housekeeping" in event_page(marketer, make_event(message=message))
    url = reverse("admin:bounces_inboundmessage_download", args=[message.pk])
    assert marketer.get(url).status_code == 404


def test_the_download_is_a_file_that_no_browser_runs(marketer):
    message = make_message(raw=HOSTILE)
    answer = marketer.get(reverse("admin:bounces_inboundmessage_download", args=[message.pk]))

    assert answer.content == HOSTILE
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Content-Disposition"] == f'attachment; filename="message-{message.pk}.eml"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_strangers_download_nothing(client):
    url = reverse("admin:bounces_inboundmessage_download", args=[make_message().pk])

    assert "/login/" in client.get(url).url


@pytest.mark.parametrize(
    "query",
    [
        {"kind__exact": "bounce"},
        {"category__exact": "hard"},
        {"reason": "userunknown"},
        {"trust__exact": "verified"},
        {"days": "7"},
        {"q": "ann@example.net"},
        {"q": "@example.net"},
    ],
)
def test_each_filter_keeps_what_it_is_for_and_drops_the_rest(marketer, query):
    make_event(address="ann@example.net", occurred_at=timezone.now(), reported_recipient="keep")
    make_event(
        address="bob@example.org",
        kind="complaint",
        category="",
        reason="feedback",
        trust="unverified",
        proof="",
        occurred_at=timezone.now() - timedelta(days=40),
    )

    page = marketer.get(reverse(EVENTS), query).content.decode()

    assert "ann@example.net" in page
    assert "bob@example.org" not in page


def test_events_are_filtered_by_list_campaign_and_the_lack_of_one(marketer):
    mine, other = make_campaign(), make_campaign()
    make_event(address="mine@example.net", campaign=mine)
    make_event(address="other@example.net", campaign=other)
    make_event(address="nobodys@example.net")

    def shown(**query):
        page = marketer.get(reverse(EVENTS), query).content.decode()
        return [n for n in ("mine", "other", "nobodys") if f"{n}@example.net" in page]

    assert shown(mailing_list__id__exact=mine.mailing_list_id) == ["mine"]
    assert shown(campaign__id__exact=other.pk) == ["other"]
    assert shown(about="nobody") == ["nobodys"]


def test_listing_events_counts_no_table_and_reads_no_raw_text(marketer):
    for _ in range(60):
        make_event(campaign=None)
    marketer.get(reverse(EVENTS))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = marketer.get(reverse(EVENTS), {"p": 2})

    assert page.status_code == 200
    assert not [q for q in queries if "COUNT(" in q["sql"]]
    assert not [q for q in queries if "rawmessage" in q["sql"]]
    assert len(queries) <= 8


def test_a_failed_message_shows_its_error_and_can_be_processed_again(client):
    client.force_login(make_user("Admin"))
    message = make_message(state="failed", error="ValueError: odd", attempts=3)
    page = client.get(reverse("admin:bounces_inboundmessage_change", args=[message.pk]))
    assert b"ValueError: odd" in page.content
    assert b"Process again" in page.content

    client.post(reverse("admin:bounces_inboundmessage_again", args=[message.pk]))

    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("pending", 0, "")


def test_failed_messages_are_processed_again_from_the_list(client):
    client.force_login(make_user("Admin"))
    ids = [make_message(state="failed", error="x").pk for _ in range(2)]
    chosen = {"action": "process_selected_again", "_selected_action": ids}

    client.post(reverse("admin:bounces_inboundmessage_changelist"), chosen)

    assert InboundMessage.objects.pending().count() == 2


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_only_those_who_may_change_messages_process_them_again(client, role):
    client.force_login(make_user(role))
    message = make_message(state="failed", error="x")

    answer = client.post(reverse("admin:bounces_inboundmessage_again", args=[message.pk]))

    assert answer.status_code == 403
    assert InboundMessage.objects.failed().exists()


def test_only_failed_messages_that_have_their_text_are_tried_again():
    processed = make_message(state="processed")
    without_text = make_message(state="failed", error="x")
    RawMessage.objects.filter(pk=without_text.pk).delete()
    failed = make_message(state="failed", error="x")

    assert process_again([processed.pk, without_text.pk, failed.pk]) == 1
    assert [row.pk for row in InboundMessage.objects.pending()] == [failed.pk]


@pytest.mark.parametrize("state", ["pending", "processed", "failed"])
def test_messages_are_filtered_by_state(marketer, state):
    for each in ("pending", "processed", "failed"):
        make_message(state=each, subject=f"it is {each}", source="pipe", kind="bounce")

    page = marketer.get(
        reverse("admin:bounces_inboundmessage_changelist"), {"state__exact": state}
    ).content.decode()

    assert [s for s in ("pending", "processed", "failed") if f"it is {s}" in page] == [state]


def test_events_are_downloaded_as_they_are_filtered(marketer):
    make_event(address="ann@example.net", campaign=make_campaign(name="=1+1"))
    make_event(address="bob@example.net", reason="mailboxfull", category="soft")
    query = {"category__exact": "hard"}
    assert (
        "events.csv?category__exact=hard" in marketer.get(reverse(EVENTS), query).content.decode()
    )

    response = marketer.get(reverse("admin:bounces_bounceevent_csv"), query)

    header, row = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert header.startswith("occurred_at,kind,category,reason,smtp_code,status,address,")
    assert "ann@example.net" in row
    # A spreadsheet does not run it.
    assert "'=1+1" in row


def test_a_broken_filter_downloads_nothing(marketer):
    response = marketer.get(reverse("admin:bounces_bounceevent_csv"), {"campaign__id__exact": "x"})
    assert response.status_code == 302
