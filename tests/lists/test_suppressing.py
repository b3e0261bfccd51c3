from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from lists.models import Subscription, Suppression, SuppressionLog
from lists.pseudonyms import pseudonym
from lists.suppressing import SuppressionWish, scoped, suppress, unsuppress
from tests.factories import make_list, make_subscriber
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db


def wish(address="ann@example.net", cause="hard", mailing_list=None, scope="global", **fields):
    where = scoped(scope, mailing_list) if mailing_list else {"scope": scope}
    return SuppressionWish(address=address, cause=cause, why="It bounced.", **where, **fields)


def test_a_suppression_is_made_once_and_logged_once():
    assert suppress([wish(), wish()], "policy") == 1
    assert suppress([wish()], "policy") == 0
    assert Suppression.objects.count() == SuppressionLog.objects.count() == 1


def test_each_scope_is_its_own():
    news, shop = make_list(), make_list()
    suppress(
        [
            wish(),
            wish(mailing_list=news, scope="stream"),
            wish(mailing_list=news, scope="list"),
            wish(mailing_list=shop, scope="list"),
        ],
        "policy",
    )
    assert Suppression.objects.active().count() == 4


def test_only_what_reaches_a_list_forbids_mailing_it():
    news, receipts = make_list(), make_list(stream="transactional")
    suppress([wish("a@example.net", mailing_list=news, scope="stream")], "policy")
    suppress([wish("b@example.net", mailing_list=news, scope="list")], "policy")
    suppress([wish("c@example.net")], "policy")
    for_news = Suppression.objects.active().for_list(news)
    assert set(for_news.values_list("address", flat=True)) == {
        "a@example.net",
        "b@example.net",
        "c@example.net",
    }
    for_receipts = Suppression.objects.active().for_list(receipts)
    assert set(for_receipts.values_list("address", flat=True)) == {"c@example.net"}


def test_a_complaint_outranks_the_bounce_that_was_there():
    suppress([wish()], "policy")
    assert suppress([wish(cause="complaint", evidence="event:2")], "policy") == 0
    row = Suppression.objects.get()
    assert (row.cause, row.evidence) == ("complaint", "event:2")
    assert SuppressionLog.objects.count() == 2


def test_unsuppressing_lifts_logs_and_lets_the_person_be_mailed_again():
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    Subscription.objects.update(status="removed", hard_bounces=3, soft_score=2)
    suppress([wish(mailing_list=news, scope="stream")], "policy")
    assert unsuppress(list(Suppression.objects.all()), "olga", "She wrote to us.") == 1
    assert not Suppression.objects.active().exists()
    subscription = ann.subscriptions.get()
    assert (subscription.status, subscription.hard_bounces) == ("active", 0)
    entry = SuppressionLog.objects.latest("id")
    assert (entry.what, entry.actor, entry.why) == ("unsuppressed", "olga", "She wrote to us.")


@pytest.mark.parametrize("scope", ["global", "stream", "list"])
def test_letting_people_be_mailed_again_joins_no_table(scope, django_assert_num_queries):
    news = make_list()
    make_subscriber("ann@example.net", news)
    suppress([wish(mailing_list=news, scope=scope)], "policy")
    rows = list(Suppression.objects.all())
    with django_assert_num_queries(10 if scope == "stream" else 9) as found:
        unsuppress(rows, "olga", "why")
    updates = [one["sql"] for one in found if one["sql"].startswith('UPDATE "lists_subscription"')]
    assert len(updates) == 2
    assert not any("JOIN" in sql for sql in updates)


def test_unsuppressing_twice_lifts_once():
    suppress([wish()], "policy")
    rows = list(Suppression.objects.all())
    assert [unsuppress(rows, "olga", "why"), unsuppress(rows, "olga", "why")] == [1, 0]
    assert SuppressionLog.objects.filter(what="unsuppressed").count() == 1


def test_unsuppressing_asks_for_a_reason():
    suppress([wish()], "policy")
    with pytest.raises(ValidationError):
        unsuppress(list(Suppression.objects.all()), "olga", "  ")
    assert Suppression.objects.active().exists()


def test_who_unsubscribed_stays_unsubscribed():
    ann = make_subscriber("ann@example.net", make_list())
    Subscription.objects.update(status="unsubscribed")
    suppress([wish()], "policy")
    unsuppress(list(Suppression.objects.all()), "olga", "why")
    assert ann.subscriptions.get().status == "unsubscribed"


def test_a_lifted_address_can_be_suppressed_again():
    suppress([wish()], "policy")
    unsuppress(list(Suppression.objects.all()), "olga", "why")
    assert suppress([wish()], "policy") == 1
    assert Suppression.objects.count() == 2


def test_the_database_allows_one_suppression_in_force():
    suppress([wish()], "policy")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address="ann@example.net", scope="global", cause="manual")


def test_the_database_refuses_a_scope_that_does_not_match():
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address="ann@example.net", scope="stream", cause="manual")


def test_the_log_cannot_be_changed():
    suppress([wish()], "policy")
    entry = SuppressionLog.objects.get()
    with pytest.raises(ValidationError):
        entry.save()
    with pytest.raises(ValidationError):
        entry.delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SuppressionLog.objects.update(actor="nobody")
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            SuppressionLog.objects.all().delete()


def test_suppressing_many_costs_the_same_queries_as_one(django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        suppress([wish(f"p{n}@example.net") for n in range(300)], "policy")
    assert Suppression.objects.count() == SuppressionLog.objects.count() == 300


def test_a_suppression_for_good_replaces_one_for_a_while():
    suppress([wish(cause="soft", until=timezone.now() + timedelta(days=30))], "policy")
    assert suppress([wish(cause="hard")], "policy") == 0
    row = Suppression.objects.get()
    assert (row.cause, row.until) == ("hard", None)


def test_one_for_a_while_changes_nothing_about_one_for_good():
    suppress([wish(cause="hard")], "policy")
    suppress([wish(cause="soft", until=timezone.now() + timedelta(days=30))], "policy")
    row = Suppression.objects.get()
    assert (row.cause, row.until) == ("hard", None)


def test_a_complaint_keeps_the_later_end():
    suppress([wish(cause="hard")], "policy")
    suppress([wish(cause="complaint", until=timezone.now() + timedelta(days=30))], "policy")
    row = Suppression.objects.get()
    assert (row.cause, row.until) == ("complaint", None)


def test_a_forgotten_address_is_not_written_down_again():
    suppress([wish()], "policy")
    Suppression.objects.update(address=pseudonym("ann@example.net"), domain="")
    assert suppress([wish()], "policy") == 0
    assert not Suppression.objects.filter(address__contains="@").exists()


def test_whether_anybody_was_forgotten_costs_the_same_however_many_are_suppressed():
    need_postgresql()
    suppress([SuppressionWish("~ann@example.net", "hard", "x")], "test")
    assert not Suppression.objects.forgotten().exists()
    suppress([SuppressionWish(pseudonym("ann@example.net"), "hard", "x")], "test")
    assert Suppression.objects.forgotten().exists()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "suppression_forgotten" in Suppression.objects.forgotten().explain()
