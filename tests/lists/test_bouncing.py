from datetime import timedelta

import pytest
from django.utils import timezone

from lists.bouncing import Bounce, apply
from lists.models import StreamPolicy, Subscriber, Subscription, Suppression, SuppressionLog
from lists.policies import give_own_policy
from lists.suppressing import unsuppress
from tests.factories import NOW, make_list, make_subscriber

pytestmark = pytest.mark.django_db


def bounces(mailing_list, what, *numbers, address="ann@example.net"):
    return [
        Bounce(address, mailing_list.pk, what, "userunknown", NOW + timedelta(days=n), f"event:{n}")
        for n in numbers
    ]


def test_first_hard_bounce_marks_bounced_and_suppresses_in_the_stream():
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    assert apply(bounces(news, "hard", 1)) == {"event:1": "suppress"}
    subscription = ann.subscriptions.get()
    assert (subscription.status, subscription.hard_bounces) == ("bounced", 1)
    suppression = Suppression.objects.get()
    assert (suppression.scope, suppression.stream) == ("stream", "marketing")
    assert (suppression.cause, suppression.evidence) == ("hard", "event:1")


@pytest.mark.parametrize("batches", [[(1, 2, 3)], [(1,), (2,), (3,)]])
def test_third_hard_bounce_removes_from_list(batches):
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    for batch in batches:
        apply(bounces(news, "hard", *batch))
    assert ann.subscriptions.get().status == "removed"
    removal = SuppressionLog.objects.get(what="removed")
    assert (removal.evidence, removal.actor) == ("event:3", "policy")


def test_a_block_touches_nobody(django_assert_num_queries):
    news = make_list()
    with django_assert_num_queries(0):
        assert apply(bounces(news, "block", 1, 2, 3, 4)) == {}


def test_soft_bounces_suppress_when_they_add_up():
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    apply(bounces(news, "soft", 1, 2, 3, 4))
    assert ann.subscriptions.get().status == "active"
    apply(bounces(news, "soft", 5, 6))
    assert ann.subscriptions.get().status == "bounced"
    assert Suppression.objects.get().cause == "soft"


def test_a_complaint_suppresses_at_once_and_raises_no_count():
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    apply(bounces(news, "complaint", 1))
    subscription = ann.subscriptions.get()
    assert (subscription.status, subscription.hard_bounces) == ("bounced", 0)
    assert Suppression.objects.get().cause == "complaint"


def test_an_address_that_was_mailed_but_never_imported_becomes_a_subscriber():
    news = make_list()
    apply(bounces(news, "hard", 1, address="new@example.net"))
    assert Subscriber.objects.get().canonical == "new@example.net"
    assert Subscription.objects.get().status == "bounced"


def test_who_unsubscribed_is_not_marked_bounced():
    news = make_list()
    make_subscriber("ann@example.net", news)
    Subscription.objects.update(status="unsubscribed")
    apply(bounces(news, "hard", 1, 2, 3))
    assert Subscription.objects.get().status == "unsubscribed"


def test_the_streams_policy_decides_how_far_a_suppression_reaches():
    StreamPolicy.objects.filter(stream="marketing").update(suppression_scope="list")
    news, other = make_list(), make_list()
    apply(bounces(news, "hard", 1))
    assert Suppression.objects.active().for_list(news).exists()
    assert not Suppression.objects.active().for_list(other).exists()


def test_a_batch_costs_the_same_queries_as_one(django_assert_max_num_queries):
    news = make_list()
    batch = [
        Bounce(f"p{n}@example.net", news.pk, "hard", "userunknown", NOW, f"event:{n}")
        for n in range(200)
    ]
    with django_assert_max_num_queries(25):
        apply(batch)
    assert Suppression.objects.count() == 200


def test_a_list_of_its_own_mind_overrides_its_stream():
    lax, news = make_list(), make_list()
    own = give_own_policy(lax)
    own.hard_suppress_at = 2
    own.save()
    apply(bounces(lax, "hard", 1))
    assert not Suppression.objects.exists()
    apply(bounces(news, "hard", 2))
    assert Suppression.objects.get().evidence == "event:2"


def test_soft_bounces_suppress_for_a_while_and_a_hard_one_for_good():
    StreamPolicy.objects.update(soft_suppress_at=1, soft_cool_off_days=3650)
    news = make_list()
    apply(bounces(news, "soft", 1))
    row = Suppression.objects.get()
    assert (row.cause, row.until) == ("soft", NOW + timedelta(days=3651))
    apply(bounces(news, "hard", 2))
    row.refresh_from_db()
    assert (row.cause, row.until, row.evidence) == ("hard", None, "event:2")


def test_a_cool_off_that_is_over_suppresses_nobody():
    StreamPolicy.objects.update(soft_suppress_at=1, soft_cool_off_days=1)
    news = make_list()
    long_ago = Bounce(
        "ann@example.net", news.pk, "soft", "mailboxfull", NOW - timedelta(days=900), "event:1"
    )
    assert apply([long_ago]) == {"event:1": "counted"}
    assert not Suppression.objects.exists()


def test_a_complaint_that_is_only_counted_changes_nothing():
    StreamPolicy.objects.update(complaint_action="counted")
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    assert apply(bounces(news, "complaint", 1)) == {"event:1": "counted"}
    assert ann.subscriptions.get().status == "active"
    assert not Suppression.objects.exists()


def test_a_complaint_has_a_reach_of_its_own():
    StreamPolicy.objects.update(complaint_scope="global", complaint_action="remove")
    news = make_list()
    apply(bounces(news, "complaint", 1))
    assert Suppression.objects.get().scope == "global"
    assert SuppressionLog.objects.get(what="removed").why.startswith("The person reported")


def test_after_being_unsuppressed_one_hard_bounce_is_a_breach_of_probation():
    StreamPolicy.objects.update(hard_remove_at=9, probation_action="remove")
    news = make_list()
    ann = make_subscriber("ann@example.net", news)
    apply(bounces(news, "hard", 1))
    unsuppress(list(Suppression.objects.all()), "olga", "She wrote to us.")
    assert ann.subscriptions.get().status == "active"
    now = timezone.now()
    apply([Bounce("ann@example.net", news.pk, "hard", "userunknown", now, "event:9")])
    assert ann.subscriptions.get().status == "removed"
