"""Opening and closing alerts as conditions come and go, and deciding who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from bounceadmin.alerts.conditions import Condition
from bounceadmin.alerts.quiet import due
from bounceadmin.models import Alert, AlertDelivery, Preferences
from lists.outgoing import telling

# An alert whose cause comes and goes stays one alert: it is over when it has been away so long.
CLEAR_FOR = timedelta(hours=1)
_WANTS = {Alert.Kind.BAND: "tell_bands", Alert.Kind.SYSTEM: "tell_system"}
# Whom a kind concerns.
_PERMISSIONS = {
    Alert.Kind.BAND: "lists.view_mailinglist",
    Alert.Kind.SYSTEM: "lists.change_suppression",
}


@transaction.atomic
def watch(conditions: Sequence[Condition], now: datetime) -> list[Alert]:
    """Bring the alerts in line with what is wrong at `now`; return those that are new or worse.

    Safe beside another call: the database lets one alert be open for a key, and tells a person of
    each of its levels once.
    """
    wrong = {condition.key: condition for condition in conditions}
    rows = Alert.objects.open().select_for_update().order_by("pk")
    known = {alert.key: alert for alert in rows}
    for key, alert in known.items():
        if key not in wrong:
            _clear(alert, now)
    told: list[Alert] = []
    for key, condition in wrong.items():
        alert = known.get(key)
        if alert is None:
            alert, made = _open(condition, now)
            if made:
                told.append(alert)
        elif _update(alert, condition):
            told.append(alert)
    _queue(told, now)
    telling.alerted(_as_told(alert) for alert in told)
    return told


def _as_told(alert: Alert) -> dict[str, object]:
    """An alert as other systems are told it."""
    return {
        "alert": alert.pk,
        "key": alert.key,
        "kind": alert.kind,
        "level": alert.level,
        "title": alert.title,
        "detail": alert.detail,
        "since": alert.opened_at,
    }


def _clear(alert: Alert, now: datetime) -> None:
    if alert.clear_since is None:
        alert.clear_since = now
    elif now - alert.clear_since >= CLEAR_FOR:
        alert.closed_at = alert.clear_since
    else:
        return
    alert.save(update_fields=["clear_since", "closed_at"])


def _open(condition: Condition, now: datetime) -> tuple[Alert, bool]:
    return Alert.objects.get_or_create(
        key=condition.key,
        closed_at=None,
        defaults={"opened_at": now, "kind": condition.kind, **_words(condition)},
    )


def _update(alert: Alert, condition: Condition) -> bool:
    """Take the condition's words; whether it got worse."""
    worse = condition.level > alert.level
    words = _words(condition)
    if alert.clear_since is None and all(getattr(alert, k) == v for k, v in words.items()):
        return False
    for name, value in words.items():
        setattr(alert, name, value)
    alert.clear_since = None
    alert.save(update_fields=[*words, "clear_since"])
    return worse


def _words(condition: Condition) -> dict[str, object]:
    return {
        "level": int(condition.level),
        "title": condition.title[:200],
        "detail": condition.detail[:500],
        "path": condition.path[:300],
        "said": {language: dict(texts) for language, texts in condition.said.items()},
    }


def _queue(alerts: Sequence[Alert], now: datetime) -> None:
    """Write down whom to tell, and when."""
    if not alerts:
        return
    people = list(
        User.objects.filter(~Q(email=""), is_active=True, is_staff=True)
        .select_related("preferences")
        .order_by("pk")
    )
    AlertDelivery.objects.bulk_create(
        [
            AlertDelivery(
                alert=alert,
                user=user,
                level=alert.level,
                due_at=due(now, wishes.zone, wishes.quiet_from, wishes.quiet_until),
            )
            for user in people
            for wishes in [preferences_of(user)]
            for alert in alerts
            if getattr(wishes, _WANTS[Alert.Kind(alert.kind)])
            and user.has_perm(_PERMISSIONS[Alert.Kind(alert.kind)])
        ],
        ignore_conflicts=True,
    )


def preferences_of(user: User) -> Preferences:
    """The person's preferences, or the defaults (not saved)."""
    return getattr(user, "preferences", None) or Preferences(user=user)
