"""Rows written in bulk come back as they were, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bounces.models import InboundMessage, RawMessage
from lists import bulk
from lists.models import Subscriber, Subscription, SuppressionLog
from tests.factories import make_list, make_message, make_subscriber

pytestmark = pytest.mark.django_db

# What PostgreSQL's text cannot hold never gets so far: see `bounces.text.storable`.
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
FIRST, LAST = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001
TIMES = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
per_example = examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)


@per_example
@given(TEXTS, TIMES)
def test_texts_and_times_come_back(text, at):
    entry = SuppressionLog(address="a@example.net", what="removed", actor="x", why=text, at=at)
    assert bulk.insert([entry]) == 1
    kept = SuppressionLog.objects.latest("id")
    assert (kept.why, kept.at, kept.suppression_id) == (text, at, None)


@per_example
@given(st.binary(min_size=1, max_size=300))
def test_bytes_come_back(raw):
    pk = make_message().pk
    RawMessage.objects.all().delete()
    assert bulk.insert([RawMessage(pk=pk, content=raw)]) == 1
    assert RawMessage.objects.get(pk=pk).content == raw


def test_reserved_keys_are_nobody_elses():
    make_message()
    first = bulk.reserve_ids(InboundMessage, 3)
    rows = [InboundMessage(pk=pk, digest=str(pk), size=1, source="file") for pk in first]
    bulk.insert(rows)
    assert make_message().pk > max(first)
    assert first == sorted(set(first))


def test_rows_are_read_as_django_reads_them(django_assert_num_queries):
    for n in range(3):
        make_message(subject=f"letter {n}")
    everyone = InboundMessage.objects.order_by("-pk")
    with django_assert_num_queries(1):
        rows = bulk.read(everyone)
    assert rows == list(everyone)
    for row, same in zip(rows, everyone, strict=True):
        assert {name: value for name, value in vars(row).items() if name != "_state"} == {
            name: value for name, value in vars(same).items() if name != "_state"
        }
    rows[0].note = "changed"
    with django_assert_num_queries(1):
        rows[0].save(update_fields=["note"])
    assert InboundMessage.objects.get(pk=rows[0].pk).note == "changed"


def test_a_column_that_was_left_out_is_read_when_it_is_asked_for(django_assert_num_queries):
    known = make_message()
    [row] = bulk.read(InboundMessage.objects.all(), but=("queued_at",))
    assert row.get_deferred_fields() == {"queued_at"}
    with django_assert_num_queries(1):
        assert row.queued_at == known.queued_at


def test_rows_that_a_key_refuses_are_left_out_and_others_are_not():
    known = make_subscriber("ann@example.net")
    people = [
        Subscriber(address=a, canonical=a, domain="example.net")
        for a in (known.canonical, "bob@example.net")
    ]
    assert bulk.insert(people) == 1
    assert Subscriber.objects.count() == 2


def test_a_row_that_breaks_a_rule_is_an_error():
    row = Subscriber(address="", canonical="", domain="")
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([row])


def test_each_row_gets_its_own_values():
    mailing_list = make_list()
    ann, bob = (make_subscriber(a, mailing_list) for a in ("ann@example.net", "bob@example.net"))
    rows = list(Subscription.objects.order_by("id"))
    at = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
    for n, row in enumerate(rows, 1):
        row.hard_bounces, row.soft_score, row.last_bounce_at = n, n / 3, at if n == 1 else None
        row.status = "bounced"
    bulk.update(rows, ["hard_bounces", "soft_score", "last_bounce_at"])
    assert list(Subscription.objects.order_by("id").values_list(
        "subscriber_id", "hard_bounces", "soft_score", "last_bounce_at", "status"
    )) == [(ann.pk, 1, 1 / 3, at, "active"), (bob.pk, 2, 2 / 3, None, "active")]  # fmt: skip


def test_only_rows_that_still_say_so_are_written():
    mailing_list = make_list()
    for address in ("ann@example.net", "bob@example.net"):
        make_subscriber(address, mailing_list)
    ann, bob = Subscription.objects.order_by("id")
    Subscription.objects.filter(pk=bob.pk).update(status="removed")
    ann.hard_bounces = bob.hard_bounces = 7
    assert bulk.update([ann, bob], ["hard_bounces"], where={"status": "active"}) == {ann.pk}
    kept = Subscription.objects.order_by("id").values_list("hard_bounces", flat=True)
    assert list(kept) == [7, 0]


def test_a_row_is_made_as_its_model_makes_it():
    before = timezone.now()
    made = bulk.made(Subscription, subscriber_id=1, mailing_list_id=2)
    asked = Subscription(subscriber_id=1, mailing_list_id=2)
    for field in Subscription._meta.concrete_fields:
        if field.name != "created_at":
            assert getattr(made, field.attname) == getattr(asked, field.attname)
    assert before <= made.created_at <= timezone.now()
    assert made._state.adding
    assert bulk.made(Subscription, created_at=before).created_at == before


def test_a_row_with_a_column_that_there_is_not_is_an_error():
    with pytest.raises(TypeError, match="colour"):
        bulk.made(Subscription, colour="blue")


def test_a_row_that_was_made_can_be_saved():
    row = bulk.made(Subscriber, address="ann@example.net")
    row.save()
    assert Subscriber.objects.get().pk == row.pk


def test_any_of_finds_what_in_finds():
    people = [make_subscriber() for _ in range(3)]
    wanted = [people[0].canonical, people[2].canonical, "nobody@example.net"]
    found = Subscriber.objects.filter(canonical__any_of=wanted)
    assert set(found) == set(Subscriber.objects.filter(canonical__in=wanted)) == {*people[::2]}
    assert not Subscriber.objects.filter(canonical__any_of=[]).exists()
    mailing_list = make_list()
    Subscription.objects.create(subscriber=people[1], mailing_list=mailing_list)
    assert Subscription.objects.filter(subscriber_id__any_of={people[1].pk}).count() == 1
