"""Values reach PostgreSQL as they are, whichever way they go."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DataError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bounces.models import BounceEvent, InboundMessage
from lists import bulk, copying
from lists.models import Subscriber, SuppressionLog
from tests.services import need_postgresql

# So many are copied.
MANY = 50
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


def selected(kind: str, values: list[object]) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [copying.array(values)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.lists(TEXTS | st.none(), max_size=6))
def test_texts_in_an_array_come_back(values):
    need_postgresql()
    assert selected("text", values) == values


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, -2, 2**60]),
        ("bigint", [1, None]),
        ("text", ['"', "\\", "{}", "NULL", "", ","]),
        ("bytea", [b"\x00\xff", b'"\\']),
        ("date", [date(2026, 11, 20)]),
        ("timestamptz", [datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)]),
        ("double precision", [0.1, 1e-300, 3]),
        ("boolean", [True, False]),
    ],
)
def test_each_kind_of_value_comes_back(kind, values):
    need_postgresql()
    assert [bytes(v) if kind == "bytea" else v for v in selected(kind, values)] == values


def test_a_choice_is_its_value():
    assert copying.array([BounceEvent.Kind.BOUNCE, "x"]) == '{"bounce","x"}'


def test_text_with_a_nul_is_refused():
    with pytest.raises(DataError):
        copying.array(["a\0b", "c"])


@pytest.mark.django_db
@examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.lists(TEXTS, min_size=20, max_size=30))
def test_texts_that_are_copied_come_back(texts):
    need_postgresql()
    entries = [SuppressionLog(address="a@example.net", what="removed", why=why) for why in texts]
    before = SuppressionLog.objects.count()
    assert bulk.insert(entries) == len(texts)
    kept = SuppressionLog.objects.order_by("id").values_list("why", "at")[before:]
    assert list(kept) == [(entry.why, entry.at) for entry in entries]


@pytest.mark.django_db
def test_a_number_that_its_column_cannot_hold_is_refused_rather_than_cut():
    need_postgresql()
    rows = [InboundMessage(digest=str(n), size=2**31, source="file") for n in range(MANY)]
    with pytest.raises(DataError):
        bulk.insert(rows)


@pytest.mark.django_db
def test_rows_that_are_alike_in_all_columns_are_as_many_as_they_were():
    need_postgresql()
    row = SuppressionLog(address="a@example.net", what="removed", actor="x", why="y")
    fields = [field for field in SuppressionLog._meta.concrete_fields if not field.primary_key]
    values = [getattr(row, field.attname) for field in fields]
    assert bulk.insert_values(SuppressionLog, fields, [values] * 3, "DO NOTHING") == 3
    assert list(SuppressionLog.objects.values_list("address", "at")) == [(row.address, row.at)] * 3


@pytest.mark.django_db
def test_of_many_rows_too_only_those_are_left_out_that_a_key_refuses():
    need_postgresql()
    names = [f"a{n}@example.net" for n in range(MANY)]
    people = [Subscriber(address=a, canonical=a, domain="example.net") for a in names]
    Subscriber.objects.create(address=names[3])
    assert bulk.insert(people) == MANY - 1
    assert bulk.insert(people) == 0
    assert Subscriber.objects.count() == MANY
