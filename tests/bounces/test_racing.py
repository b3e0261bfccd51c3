"""Two workers with two reports of one bounce, at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from bounces import eventing, once
from bounces.drafting import Draft
from bounces.models import BounceEvent, SeenEvent
from bounces.pipeline import process
from bounces.storing import Incoming, store
from lists.models import CampaignDay, Suppression, SuppressionLog
from lists.return_paths import return_path
from tests.at_once import at_once
from tests.factories import NOW, make_campaign, make_subscriber
from tests.mails import dsn
from tests.services import need_postgresql

# Threads with connections of their own see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reports() -> list[int]:
    """Two messages of two MTAs about one mail to one person."""
    campaign = make_campaign()
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    to = return_path(campaign, ann)
    raws = [
        dsn(to=to, original_message_id="letter@example.com", message_id=f"report-{n}@mx.example")
        for n in range(2)
    ]
    return store([Incoming(raw, "listener") for raw in raws]).ids


def counted_once() -> None:
    event = BounceEvent.objects.get()
    assert event.effect == "suppress"
    assert Suppression.objects.get().evidence == f"event:{event.pk}"
    assert SuppressionLog.objects.count() == 1
    assert CampaignDay.objects.get().hard == 1


def test_both_are_processed_and_it_counts_once(reports):
    need_postgresql()
    at_once(*(partial(process, [pk]) for pk in reports))
    counted_once()


def key(number: int) -> once.Key:
    return f"{number:032x}"


def test_what_a_source_numbers_is_looked_for_again_where_another_was_quicker(monkeypatch):
    """Somebody else saves an event with the same number at its source, at the last moment."""
    draft = Draft(
        event=BounceEvent(occurred_at=NOW),
        source_key=key(1),
        mail="",
        is_kept=True,
        is_known_mail=False,
        counts_sent=False,
    )
    left = []

    def leave(model, days):
        left.append(set(days))
        if len(left) == 2:
            monkeypatch.setattr(eventing.once, "leave", leave_key)
            leave_key(model, {key(7): NOW.date()})
            return set()
        return leave_key(model, days)

    leave_key = once.leave
    monkeypatch.setattr(eventing.once, "leave", leave)
    assert eventing._new({key(2): draft}) == [draft.event]
    assert left == [{key(2)}, {key(1)}]
    keys = SeenEvent.objects.order_by("key").values_list("key", flat=True)
    assert [k.hex for k in keys] == [key(1), key(2)], "what was begun before is undone"

    assert eventing._new({key(3): draft}) == [], "its source has told it"
    assert SeenEvent.objects.count() == 2
