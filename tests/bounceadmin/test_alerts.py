"""People are told what is wrong, once each."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone, translation

from bounceadmin.alerts import conditions
from bounceadmin.alerts.conditions import Condition
from bounceadmin.alerts.delivering import deliver, send_test
from bounceadmin.alerts.watching import CLEAR_FOR, watch
from bounceadmin.models import Alert, AlertDelivery, Preferences
from bounceadmin.tasks import send_alerts
from bounceadmin.tasks import watch as watch_task
from bounces import roads
from bounces.partitions import create_ahead
from bounces.pipeline import process
from lists.counting import Count, add
from lists.outgoing.models import Endpoint, Message
from tests.factories import NOW, make_campaign, make_message, make_user
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_IS_SET_UP = True
    settings.SITE_URL = "https://bounces.example.com/"
    settings.DEFAULT_FROM_EMAIL = "bounceadmin <alerts@example.com>"


def person(role: str = "Operator", **wishes) -> User:
    user = make_user(role)
    user.email = f"{user.username}@example.com"
    user.save()
    if wishes:
        Preferences.objects.create(user=user, **wishes)
    return user


def trouble(level: Alert.Level = Alert.Level.WARNING, key: str = "failed") -> Condition:
    kind = Alert.Kind.BAND if key.startswith("band") else Alert.Kind.SYSTEM
    return Condition(key, kind, level, "Something is wrong", "Mend it.", "/admin/")


def test_trouble_is_told_once_however_often_it_is_seen():
    user = person()
    for n in range(5):
        watch([trouble()], NOW + n * MINUTE)
        deliver(NOW + n * MINUTE)
    (message,) = mail.outbox
    assert message.to == [user.email]
    assert message.subject == "[bounceadmin] Something is wrong"
    assert "Mend it." in message.body
    assert "https://bounces.example.com/admin/" in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert Alert.objects.count() == 1


def test_times_are_those_of_the_persons_time_zone():
    person(time_zone="Asia/Tokyo")
    watch([trouble()], NOW)
    deliver(NOW)
    assert "since 20 Nov 2026 21:00 JST" in mail.outbox[0].body


def test_it_is_told_again_when_it_gets_worse_and_not_when_it_gets_better():
    person()
    levels = (Alert.Level.NOTICE, Alert.Level.CRITICAL, Alert.Level.NOTICE, Alert.Level.CRITICAL)
    for n, level in enumerate(levels):
        watch([trouble(level)], NOW + n * MINUTE)
        deliver(NOW + n * MINUTE)
    assert len(mail.outbox) == 2
    assert sorted(AlertDelivery.objects.values_list("level", flat=True)) == [1, 3]


def test_what_comes_and_goes_stays_one_alert():
    person()
    for n in range(6):
        watch([trouble()] if n % 2 == 0 else [], NOW + n * MINUTE)
        deliver(NOW + n * MINUTE)
    assert len(mail.outbox) == 1
    assert Alert.objects.open().count() == 1


def test_it_is_over_when_it_has_been_away_for_long_and_then_told_anew():
    person()
    watch([trouble()], NOW)
    deliver(NOW)
    watch([], NOW + MINUTE)
    watch([], NOW + MINUTE + CLEAR_FOR)
    alert = Alert.objects.get()
    assert alert.closed_at == NOW + MINUTE
    watch([trouble()], NOW + 2 * CLEAR_FOR)
    deliver(NOW + 2 * CLEAR_FOR)
    assert len(mail.outbox) == 2
    assert Alert.objects.count() == 2


def test_in_quiet_times_it_waits_and_is_dropped_where_it_is_over_by_then():
    person(quiet_from=time(10), quiet_until=time(20), time_zone="UTC")
    watch([trouble()], NOW)
    assert deliver(NOW) == 0
    watch([], NOW + MINUTE)
    deliver(NOW.replace(hour=20))
    assert mail.outbox == []
    assert AlertDelivery.objects.get().state == AlertDelivery.State.SKIPPED


def test_in_quiet_times_it_waits_and_is_told_afterwards_where_it_still_is_so():
    person(quiet_from=time(10), quiet_until=time(20), time_zone="UTC")
    watch([trouble()], NOW)
    assert deliver(NOW.replace(hour=19, minute=59)) == 0
    assert deliver(NOW.replace(hour=20)) == 1


@pytest.mark.parametrize(
    ("role", "wishes", "key", "told"),
    [
        ("Marketer", {}, "band:1", True),
        ("Marketer", {}, "failed", False),
        ("Operator", {}, "failed", True),
        ("Operator", {"tell_system": False}, "failed", False),
        ("Operator", {"tell_bands": False}, "band:1", False),
        ("Admin", {}, "failed", True),
    ],
)
def test_people_are_told_what_concerns_them_and_what_they_wish(role, wishes, key, told):
    person(role, **wishes)
    watch([trouble(key=key)], NOW)
    assert deliver(NOW) == int(told)


def test_nobody_without_an_address_or_an_active_account_is_told():
    make_user("Admin")
    gone = person("Admin")
    gone.is_active = False
    gone.save()
    watch([trouble()], NOW)
    assert not AlertDelivery.objects.exists()
    assert Alert.objects.count() == 1


def test_a_mail_server_that_refuses_is_tried_again_and_given_up_in_the_end(monkeypatch):
    person()
    watch([trouble()], NOW)
    monkeypatch.setattr(
        "django.core.mail.EmailMessage.send",
        lambda self: (_ for _ in ()).throw(ConnectionRefusedError("refused")),
    )
    far = datetime.now(UTC)
    for n in range(8):
        deliver(far + timedelta(days=n))
    row = AlertDelivery.objects.get()
    assert (row.state, row.attempts) == (AlertDelivery.State.FAILED, 6)
    assert row.error == "ConnectionRefusedError: refused"


def test_what_a_dead_worker_claimed_is_sent_later():
    person()
    watch([trouble()], NOW)
    AlertDelivery.objects.update(attempts=1, due_at=NOW + 10 * MINUTE)
    assert deliver(NOW + 9 * MINUTE) == 0
    assert deliver(NOW + 10 * MINUTE) == 1


def test_without_a_mail_server_nothing_is_sent_and_nothing_is_lost(settings):
    settings.EMAIL_IS_SET_UP = False
    user = person()
    watch([trouble()], NOW)
    assert deliver(NOW) == 0
    assert AlertDelivery.objects.get().state == AlertDelivery.State.PENDING
    assert "EMAIL_URL" in send_test(user)


def test_a_list_that_is_not_healthy_is_a_condition_with_its_band_and_cause():
    campaign = make_campaign()
    add(
        [
            Count(campaign.pk, NOW.date(), "example.org", "sent", 1000),
            Count(campaign.pk, NOW.date(), "example.org", "hard", 200, "userunknown"),
        ]
    )
    (found,) = conditions.bands(NOW)
    assert found.key == f"band:{campaign.mailing_list_id}"
    assert found.level == Alert.Level.CRITICAL
    assert found.title == f"{campaign.mailing_list}: Critical, 20 % came back"
    assert "100 % of it is addresses at example.org that do not exist." in found.detail


def test_silence_is_a_condition_only_where_mail_was_sent_and_nothing_came(settings):
    assert not list(conditions.silence(NOW))
    campaign = make_campaign()
    add([Count(campaign.pk, NOW.date(), "example.org", "sent", 5000)])
    assert [c.key for c in conditions.silence(NOW)] == ["silence"]
    make_message(received_at=NOW - timedelta(hours=47))
    assert not list(conditions.silence(NOW))
    assert [c.key for c in conditions.silence(NOW + timedelta(hours=2))] == ["silence"]
    settings.ALERT_SILENCE_HOURS = 0
    assert not list(conditions.silence(NOW + timedelta(hours=2)))


def test_messages_that_failed_are_a_condition():
    assert not list(conditions.failed(NOW))
    make_message(state="failed")
    (found,) = conditions.failed(NOW)
    assert found.title == "1 message could not be processed"


def test_a_queue_that_stands_is_a_condition_and_one_that_moves_is_not():
    now = timezone.now()
    make_message(received_at=now - timedelta(minutes=20))
    assert [c.key for c in conditions.queue(now)] == ["queue"]
    process([make_message().pk])
    assert not list(conditions.queue(now))
    assert [c.key for c in conditions.queue(now + timedelta(minutes=16))] == ["queue"]


def test_a_table_that_will_soon_be_without_a_part_is_told_with_what_to_do(monkeypatch):
    ahead = {"bounces_rawmessage": 1, "bounces_bounceevent": 2}
    monkeypatch.setattr(conditions.partitions, "months_ahead", lambda now: ahead)
    (found,) = conditions.missing_parts(NOW)
    assert found.title == "The table bounces_rawmessage has no part for January 2027"
    assert "manage.py partitions --keep" in found.detail


def test_parts_that_are_made_ahead_are_no_trouble():
    assert not list(conditions.missing_parts(timezone.now()))


def test_parts_that_nobody_makes_are_told_a_month_ahead():
    need_postgresql()
    now = timezone.now()
    assert not list(conditions.missing_parts(now + timedelta(days=28)))
    found = list(conditions.missing_parts(now + timedelta(days=65)))
    assert [c.key for c in found] == ["parts:bounces_bounceevent", "parts:bounces_rawmessage"]
    create_ahead(now + timedelta(days=65))
    assert not list(conditions.missing_parts(now + timedelta(days=65)))


def test_the_task_finds_trouble_and_tells_it():
    person()
    make_message(state="failed")
    for task in (watch_task, send_alerts, watch_task, send_alerts):
        task()
    assert len(mail.outbox) == 1


def test_watching_costs_the_same_queries_however_many_alerts_there_are(
    django_assert_max_num_queries,
):
    person()
    watch([trouble(key=f"band:{n}") for n in range(3)], NOW)
    with django_assert_max_num_queries(4):
        watch([trouble(key=f"band:{n}") for n in range(3)], NOW + MINUTE)


def test_a_road_that_has_failed_for_an_hour_is_told():
    roads.failed("mailbox:7", "Old mailbox", "The server refused the login.")
    assert not list(conditions.failing_roads(timezone.now()))

    (found,) = conditions.failing_roads(timezone.now() + timedelta(hours=2))

    assert "Old mailbox" in found.title
    assert found.detail == "The server refused the login."


def test_a_person_is_told_in_their_language():
    person(language="ja")
    person()
    make_message(state="failed")
    watch(conditions.current(NOW), NOW)
    deliver(timezone.now() + MINUTE)
    japanese, english = sorted((m.subject for m in mail.outbox), key=str.isascii)
    assert "message could not be processed" in english
    assert "message could not be processed" not in japanese


def test_an_alert_is_shown_in_the_readers_language():
    make_message(state="failed")
    watch(conditions.current(NOW), NOW)
    alert = Alert.objects.get()
    with translation.override("ja"):
        assert alert.title_in_words == alert.said["ja"]["title"] != alert.title
        assert alert.detail_in_words == alert.said["ja"]["detail"] != alert.detail
    with translation.override("en"):
        assert (alert.title_in_words, alert.detail_in_words) == (alert.title, alert.detail)


def test_other_systems_are_told_once_too():
    Endpoint.objects.create(name="Pager", url="https://pager.example/hook", kinds=["alerted"])
    for n in range(3):
        watch([trouble()], NOW + n * MINUTE)
    (message,) = Message.objects.all()
    assert message.kind == "alerted"
    watch([trouble(Alert.Level.CRITICAL)], NOW + 3 * MINUTE)
    assert Message.objects.count() == 2
