"""The list of suppressions: reasons in words, and whole days of the reader's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bounceadmin.models import Preferences
from lists.models import Suppression
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("error::RuntimeWarning")]

LIST = "admin:lists_suppression_changelist"


def suppressed(address: str, **fields) -> Suppression:
    suppress([SuppressionWish(address, Suppression.Cause.HARD, "It bounced.")], "policy")
    Suppression.objects.filter(address=address).update(**fields)
    return Suppression.objects.get(address=address)


@pytest.fixture
def reader(client):
    """Logs in somebody with these preferences."""

    def log_in(**preferences):
        user = make_user("Operator")
        Preferences.objects.create(user=user, **preferences)
        client.force_login(user)
        return client

    return log_in


def found(client, **query) -> set[str]:
    shown = client.get(reverse(LIST), query).context["cl"].result_list
    return {row.address for row in shown}


def test_both_days_of_a_range_are_whole(reader):
    suppressed("before@example.net", since="2026-01-01T23:59:59Z")
    suppressed("first@example.net", since="2026-01-02T00:00:00Z")
    suppressed("last@example.net", since="2026-01-03T23:59:59.9Z")
    suppressed("after@example.net", since="2026-01-04T00:00:00Z")
    client = reader()
    inside = {"first@example.net", "last@example.net"}

    assert found(client, since_from="2026-01-02", since_to="2026-01-03") == inside
    assert found(client, since_from="2026-01-02") == {*inside, "after@example.net"}
    assert found(client, since_to="2026-01-03") == {*inside, "before@example.net"}


def test_days_begin_when_the_readers_do(reader):
    # In Tokyo it is 00:30 of the third, and 23:30 of it.
    suppressed("morning@example.net", since="2026-01-02T15:30:00Z")
    suppressed("night@example.net", since="2026-01-03T14:30:00Z")
    suppressed("next@example.net", since="2026-01-03T15:30:00Z")
    client = reader(time_zone="Asia/Tokyo")

    day = {"since_from": "2026-01-03", "since_to": "2026-01-03"}
    assert found(client, **day) == {"morning@example.net", "night@example.net"}


@pytest.mark.parametrize("text", ["nonsense", "2026-02-30", "", "0001-01-01"])
def test_what_is_no_day_filters_nothing(reader, text):
    suppressed("ann@example.net")
    assert found(reader(time_zone="Asia/Tokyo"), since_from=text) == {"ann@example.net"}


def test_the_last_of_all_days_filters_nothing(reader):
    suppressed("ann@example.net")
    assert found(reader(), since_to="9999-12-31") == {"ann@example.net"}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The mailbox does not exist."), ("ja", "メールボックスが存在しません。")],
)
def test_reasons_are_sentences_with_the_name_at_hand(reader, language, sentence):
    row = suppressed("ann@example.net", reason="userunknown")
    client = reader(language=language)

    for page in (reverse(LIST), reverse("admin:lists_suppression_change", args=[row.pk])):
        text = client.get(page, headers={"Accept-Language": language}).content.decode()
        assert f'<span title="userunknown">{sentence}</span>' in text


def test_a_reason_that_nobody_knows_is_shown_as_it_is(reader):
    suppressed("ann@example.net", reason="<b>from a file</b>")
    text = reader().get(reverse(LIST)).content.decode()
    assert "&lt;b&gt;from a file&lt;/b&gt;" in text
