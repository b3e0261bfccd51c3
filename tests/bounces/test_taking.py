"""Messages that another app takes: they become no events, and are kept once."""

from __future__ import annotations

import pytest

from bounces import pipeline, taking
from bounces.models import BounceEvent, InboundMessage
from bounces.taking import Taken
from tests.factories import make_campaign, make_message
from tests.mails import dsn

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch):
    """A taker of everything about `taken@`, and what it has kept."""
    monkeypatch.setattr(taking, "_takers", {})
    monkeypatch.setattr(taking, "kind_labels", {})
    rows: list[int] = []

    def taker(understood):
        return {
            item.row.pk: Taken("mine", "Taken.", lambda pk=item.row.pk: rows.append(pk))
            for item in understood
            if any(r.recipient.startswith("taken@") for r in item.parsed.reports)
        }

    taking.register("mine", "Mine", taker)
    return rows


def test_what_is_taken_becomes_no_event_and_counts_nowhere(kept):
    campaign = make_campaign()
    taken = make_message(raw=dsn("taken@example.net", to=campaign.bounce_address))
    other = make_message(raw=dsn("ann@example.net", to=campaign.bounce_address))

    outcomes = pipeline.process([taken.pk, other.pk])

    assert outcomes == {"mine": 1, "bounce": 1}
    assert kept == [taken.pk]
    assert [event.message_id for event in BounceEvent.objects.all()] == [other.pk]
    taken.refresh_from_db()
    assert (taken.state, taken.kind, taken.note) == ("processed", "mine", "Taken.")


def test_a_message_is_taken_once_however_often_it_is_processed(kept):
    row = make_message(raw=dsn("taken@example.net"))
    pipeline.process([row.pk])
    pipeline.process([row.pk])
    assert kept == [row.pk]


def test_a_taker_that_fails_at_one_message_does_not_hold_up_the_others(kept):
    def fails(understood):
        if any(b"poison" in bytes(item.row.raw) for item in understood):
            raise ValueError("It is poisoned.")
        return {}

    taking.register("poison", "Poison", fails)
    good = make_message(raw=dsn("ann@example.net"))
    bad = make_message(raw=dsn("poison@example.net"))

    assert pipeline.process([good.pk, bad.pk]) == {"bounce": 1, "failed": 1}

    bad.refresh_from_db()
    assert bad.state == InboundMessage.State.FAILED
    assert "It is poisoned." in bad.error
