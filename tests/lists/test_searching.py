"""Large tables are searched only in ways an index serves."""

from __future__ import annotations

import pytest

from lists.models import Suppression
from lists.searching import by_address
from lists.suppressing import SuppressionWish, suppress

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
