"""Large tables are searched only in ways an index serves."""

from __future__ import annotations

import pytest

from lists import searching
from lists.models import Subscriber, Suppression
from lists.searching import by_address, by_beginning
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 2),
        ("Ann@Example.NET", 1),
        (" ann@example.net ", 1),
        ("@example.net", 1),
        ("example.org", 1),
        ("ann", 0),
        ("ann@", 0),
        ("@", 0),
        ("a b@c d", 0),
    ],
)
def test_an_address_or_a_domain_is_found_and_nothing_else(text, found):
    for address in ("ann@example.net", "bob@example.org"):
        suppress([SuppressionWish(address, "manual", "Asked.")], "tester")

    assert by_address(Suppression.objects.all(), text).count() == found


def test_a_beginning_finds_the_first_in_order(monkeypatch):
    monkeypatch.setattr(searching, "MOST_BEGINNING", 2)
    for name in ("annc", "ann", "bob", "annb"):
        make_subscriber(f"{name}@example.net")

    found = by_beginning(Subscriber.objects.order_by("-pk"), "Ann", "canonical")

    assert [row.canonical for row in found] == ["annb@example.net", "ann@example.net"]
    assert by_beginning(Subscriber.objects.all(), "", "canonical").count() == 4
