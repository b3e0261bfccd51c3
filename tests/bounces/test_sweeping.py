from datetime import timedelta

import pytest
from django.utils import timezone

from bounces import sweeping
from bounces.housekeeping import delete_old_raw_messages
from bounces.models import InboundMessage, RawMessage
from bounces.pipeline import claim, process
from bounces.storing import Incoming, store
from bounces.waking import wake
from lists import announcing, tidying
from tests.factories import make_event, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch):
    """The tasks that workers were told of."""
    found = []
    monkeypatch.setattr(announcing, "_send", lambda task, _arguments: found.append(task))
    return found


def stored(number=1, minutes_ago=10):
    ids = store([Incoming(b"message %d" % n, "file") for n in range(number)]).ids
    InboundMessage.objects.update(queued_at=timezone.now() - timedelta(minutes=minutes_ago))
    return ids


def test_what_was_left_over_is_announced_again(
    announced, settings, django_capture_on_commit_callbacks
):
    settings.PIPELINE_BATCH_SIZE = 2
    stored(3)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweeping.sweep() == 3
    assert announced == ["bounces.tasks.process_inbound"] * 2


def test_what_was_announced_just_now_is_not(announced):
    stored(3, minutes_ago=1)
    assert sweeping.sweep() == 0


def test_of_very_many_a_few_batches_are_announced(
    announced, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.PIPELINE_BATCH_SIZE = 2
    monkeypatch.setattr(sweeping, "MOST_BATCHES", 2)
    stored(9)
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep()
    assert len(announced) == 2


def test_what_a_living_worker_is_at_is_not(announced):
    claim(stored(2))
    assert sweeping.sweep() == 0


def test_what_a_dead_worker_held_is(announced):
    claim(stored(2))
    InboundMessage.objects.update(claimed_at=timezone.now() - timedelta(minutes=6))
    assert sweeping.sweep() == 2


def test_the_only_worker_takes_back_what_it_held_before_it_died(announced):
    claim(stored(2))
    assert sweeping.release_claims() == 2
    assert sweeping.sweep() == 2


def test_what_is_done_is_left_alone(announced):
    make_message(state="processed", queued_at=timezone.now() - timedelta(hours=1))
    make_message(state="failed", queued_at=timezone.now() - timedelta(hours=1))
    assert sweeping.sweep() == 0


def test_a_dead_broker_is_no_error(monkeypatch, caplog, django_capture_on_commit_callbacks):
    def send_task(*args, **kwargs):
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr("celery.Celery.send_task", send_task)
    with django_capture_on_commit_callbacks(execute=True):
        wake(len(stored(1)))
    assert "the sweep will find what bounces.tasks.process_inbound is for" in caplog.text


def test_old_raw_messages_are_deleted_and_their_rows_stay(settings):
    settings.RAW_MESSAGE_RETENTION_DAYS = 30
    now = timezone.now()
    old = make_message(state="processed", processed_at=now - timedelta(days=31))
    young = make_message(state="processed", processed_at=now - timedelta(days=29))
    failed = make_message(state="failed", processed_at=now - timedelta(days=31))
    assert sum(delete_old_raw_messages()) == 1
    kept = RawMessage.objects.values_list("pk", flat=True)
    assert set(kept) == {young.pk, failed.pk}
    assert InboundMessage.objects.filter(pk=old.pk).exists()


def test_with_its_text_goes_who_wrote_what_became_no_event(settings):
    settings.RAW_MESSAGE_RETENTION_DAYS = 30
    long_ago = timezone.now() - timedelta(days=31)
    said = {"envelope_sender": "bob@example.net", "subject": "Lunch?", "note": "Cut."}
    other = make_message(state="processed", processed_at=long_ago, **said)
    bounce = make_message(state="processed", processed_at=long_ago, **said)
    make_event(message=bounce)
    assert sum(delete_old_raw_messages()) == 2
    rows = InboundMessage.objects.values_list("envelope_sender", "subject", "note")
    assert rows.get(pk=other.pk) == ("", "", "Cut.")
    assert rows.get(pk=bounce.pk) == ("bob@example.net", "Lunch?", "Cut.")


def test_deleting_looks_past_what_is_kept_for_longer(settings, monkeypatch):
    settings.RAW_MESSAGE_RETENTION_DAYS = 30
    monkeypatch.setattr(tidying, "ROWS_AT_ONCE", 2)
    long_ago = timezone.now() - timedelta(days=40)
    for _ in range(3):
        make_message(state="failed", processed_at=long_ago)
    make_message(state="held", processed_at=long_ago)
    again = make_message(state="processed", processed_at=long_ago)
    InboundMessage.objects.filter(pk=again.pk).update(processed_at=timezone.now())
    make_message(state="processed", processed_at=long_ago)
    assert sum(delete_old_raw_messages()) == 2
    assert RawMessage.objects.count() == 4


def test_what_has_lost_its_text_is_set_aside_with_a_sentence():
    without, whole = make_message(), make_message()
    RawMessage.objects.filter(pk=without.pk).delete()
    assert process([without.pk, whole.pk]) == {"failed": 1, "other": 1}
    without.refresh_from_db()
    assert without.error == "Its raw text was deleted before it was processed."
