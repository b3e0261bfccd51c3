"""Dead addresses are taken off a list, and put back where that was a mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from lists import jobs
from lists.cleaning import candidates, running
from lists.models import Cleaning, Note, Subscription, SuppressionLog
from lists.models.choices import Scope
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_list, make_subscriber

pytestmark = pytest.mark.django_db

Status = Subscription.Status


def on_list(mailing_list, name: str, cause: str = "", hard: int = 0, status=Status.BOUNCED):
    address = f"{name}@example.net"
    subscriber = make_subscriber(address, mailing_list)
    subscriber.subscriptions.update(status=status, hard_bounces=hard)
    if cause:
        wish = SuppressionWish(
            address, cause, "It bounced.", scope=Scope.LIST, list_id=mailing_list.pk
        )
        suppress([wish], "policy")
    return subscriber.subscriptions.get()


@pytest.fixture
def mailing_list():
    """A list with somebody of each kind, and some who must stay."""
    found = make_list()
    on_list(found, "dead", "hard", hard=1)
    on_list(found, "worn", "hard", hard=2)
    on_list(found, "angry", "complaint", hard=1)
    on_list(found, "full", "soft")
    on_list(found, "fine", status=Status.ACTIVE)
    on_list(found, "left", "hard", hard=1, status=Status.UNSUBSCRIBED)
    on_list(make_list(), "elsewhere", "hard", hard=1)
    return found


def statuses(mailing_list) -> dict[str, str]:
    rows = Subscription.objects.filter(mailing_list=mailing_list)
    return {a.partition("@")[0]: s for a, s in rows.values_list("subscriber__address", "status")}


def test_each_dead_address_is_of_one_kind(mailing_list):
    found = candidates.numbers(mailing_list)
    assert found.by_kind == {"hard": 2, "complaint": 1, "soft": 1}
    assert found.is_all


def test_of_many_that_bounced_the_first_are_counted(mailing_list, monkeypatch):
    monkeypatch.setattr(candidates, "LOOKED_AT", 2)
    found = candidates.numbers(mailing_list)
    assert (sum(found.by_kind.values()), found.is_all) == (2, False)
    assert len(candidates.sample(mailing_list, candidates.KIND_NAMES)) == 2


def test_those_of_the_chosen_kinds_are_removed_and_logged_and_nobody_else(mailing_list):
    cleaning = running.start(mailing_list, ["hard", "complaint"], "olga")
    running.run(cleaning.pk)
    assert statuses(mailing_list) == {
        "dead": "removed",
        "worn": "removed",
        "angry": "removed",
        "full": "bounced",
        "fine": "active",
        "left": "unsubscribed",
    }
    cleaning.refresh_from_db()
    assert (cleaning.state, cleaning.removed, cleaning.percent) == ("done", 3, 100)
    log = SuppressionLog.objects.filter(what="removed")
    assert set(log.values_list("actor", "address")) == {
        ("olga", "dead@example.net"),
        ("olga", "worn@example.net"),
        ("olga", "angry@example.net"),
    }
    assert Note.objects.get().text == "3 addresses were taken off."


def test_it_is_undone_as_it_was(mailing_list):
    before = statuses(mailing_list)
    cleaning = running.start(mailing_list, ["hard", "soft"], "olga")
    running.run(cleaning.pk)
    # Who unsubscribes afterwards stays away.
    Subscription.objects.filter(subscriber__address="full@example.net").update(
        status=Status.UNSUBSCRIBED
    )
    cleaning.refresh_from_db()
    running.undo(cleaning)
    running.run(cleaning.pk)
    assert statuses(mailing_list) == before | {"full": "unsubscribed"}
    cleaning.refresh_from_db()
    assert (cleaning.state, cleaning.done, cleaning.removed) == ("done", 2, 3)
    assert SuppressionLog.objects.filter(what="restored").count() == 2
    with pytest.raises(ValidationError, match="only once"):
        running.undo(cleaning)


@pytest.mark.parametrize("kinds", [[], ["nonsense"]])
def test_without_a_kind_nothing_is_started(mailing_list, kinds):
    with pytest.raises(ValidationError, match="at least one kind"):
        running.start(mailing_list, kinds, "olga")


def test_with_nobody_to_remove_nothing_is_started():
    with pytest.raises(ValidationError, match="No address of these kinds"):
        running.start(make_list(), ["hard"], "olga")


def test_a_list_is_cleaned_by_one_at_a_time(mailing_list):
    running.start(mailing_list, ["hard"], "olga")
    with pytest.raises(ValidationError, match="wait until that is done"):
        running.start(mailing_list, ["soft"], "otto")


def test_a_worker_that_dies_between_batches_leaves_the_rest_to_another(mailing_list, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    cleaning = running.start(mailing_list, ["hard", "complaint"], "olga")
    running.run(cleaning.pk, seconds=0)
    cleaning.refresh_from_db()
    assert (cleaning.state, cleaning.done) == ("pending", 1)
    Cleaning.objects.update(state="running", beat_at=timezone.now())
    running.run(cleaning.pk)
    assert Cleaning.objects.get().done == 1
    Cleaning.objects.update(beat_at=timezone.now() - jobs.DEAD_AFTER - timedelta(seconds=1))
    assert jobs.sweep() == 1
    running.run(cleaning.pk)
    running.run(cleaning.pk)
    cleaning.refresh_from_db()
    assert (cleaning.state, cleaning.done) == ("done", 3)
    assert SuppressionLog.objects.filter(what="removed").count() == 3
    assert Note.objects.count() == 1


def test_one_that_fails_keeps_what_it_did_and_can_be_undone(mailing_list, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    cleaning = running.start(mailing_list, ["hard"], "olga")
    running.run(cleaning.pk, seconds=0)
    with monkeypatch.context() as patch:
        patch.setattr(running, "candidates", lambda *_: 1 / 0)
        running.run(cleaning.pk)
    cleaning.refresh_from_db()
    assert (cleaning.state, cleaning.done) == ("failed", 1)
    assert cleaning.error == "ZeroDivisionError: division by zero"
    running.undo(cleaning)
    running.run(cleaning.pk)
    cleaning.refresh_from_db()
    assert (cleaning.state, cleaning.done, cleaning.removed) == ("done", 1, 1)
    assert Status.REMOVED not in statuses(mailing_list).values()


def test_a_batch_costs_the_same_queries_whatever_its_size(django_assert_max_num_queries):
    for size in (5, 50):
        mailing_list = make_list()
        for n in range(size):
            on_list(mailing_list, f"p{size}-{n}", "hard", hard=1)
        cleaning = running.start(mailing_list, ["hard"], "olga")
        with django_assert_max_num_queries(21):
            running.run(cleaning.pk)
