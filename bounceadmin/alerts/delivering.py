"""The e-mails about alerts, each sent once."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bounceadmin.alerts.watching import preferences_of
from bounceadmin.models import Alert, AlertDelivery

MAX_ATTEMPTS = 6
# A worker that has not said how it went after this long is taken for dead.
_CLAIM_LASTS = timedelta(minutes=10)
_AT_ONCE = 100


def deliver(now: datetime) -> int:
    """Send the e-mails that are due; return how many went out.

    A row is claimed before its mail is sent: two workers do not send one twice, and a worker that
    dies leaves a claim that runs out. The Message-ID is the same at every try, so that even then a
    mailbox can tell.
    """
    if not can_send():
        return 0
    sent = 0
    for delivery in _claim(now):
        sent += _send(delivery)
    return sent


def can_send() -> bool:
    """Whether the site was told how to send mail."""
    return bool(settings.EMAIL_IS_SET_UP)


def _claim(now: datetime) -> list[AlertDelivery]:
    with transaction.atomic():
        rows = list(
            AlertDelivery.objects.filter(state=AlertDelivery.State.PENDING, due_at__lte=now)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("alert", "user", "user__preferences")
            .order_by("due_at", "pk")[:_AT_ONCE]
        )
        over = [row.pk for row in rows if row.alert.closed_at or row.alert.clear_since]
        AlertDelivery.objects.filter(pk__in=over).update(state=AlertDelivery.State.SKIPPED)
        rows = [row for row in rows if row.pk not in over]
        AlertDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            attempts=F("attempts") + 1, due_at=now + _CLAIM_LASTS
        )
    for row in rows:
        row.attempts += 1
    return rows


def _send(delivery: AlertDelivery) -> bool:
    wishes = preferences_of(delivery.user)
    with translation.override(wishes.language or settings.LANGUAGE_CODE):
        message = _message(delivery.alert, delivery, wishes)
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        _failed(delivery, error)
        return False
    AlertDelivery.objects.filter(pk=delivery.pk).update(
        state=AlertDelivery.State.SENT, sent_at=timezone.now(), error=""
    )
    return True


def _failed(delivery: AlertDelivery, error: Exception) -> None:
    last = delivery.attempts >= MAX_ATTEMPTS
    AlertDelivery.objects.filter(pk=delivery.pk).update(
        state=AlertDelivery.State.FAILED if last else AlertDelivery.State.PENDING,
        due_at=timezone.now() + timedelta(minutes=2**delivery.attempts),
        error=f"{type(error).__name__}: {error}"[:300],
    )


def _message(alert: Alert, delivery: AlertDelivery, wishes) -> EmailMessage:
    text = render_to_string(
        "bounceadmin/mail/alert.txt",
        {
            "alert": alert,
            "link": link(alert.path),
            "since": alert.opened_at.astimezone(wishes.zone),
        },
    )
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    return EmailMessage(
        subject=f"[bounceadmin] {alert.title_in_words}",
        body=text,
        to=[delivery.user.email],
        headers={
            "Message-ID": f"<alert-{alert.pk}-{delivery.user_id}-{delivery.level}@{host}>",
            # RFC 3834: nobody's vacation answers this, and no bounce of it is answered.
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(timeout=20),
    )


def link(path: str) -> str:
    """The address of a page for a mail; the path alone where the site's address is not set."""
    return f"{settings.SITE_URL.rstrip('/')}{path}" if settings.SITE_URL else path


def send_test(user) -> str:
    """Send `user` a test e-mail now; empty if it went out, else a sentence on why not."""
    if not can_send():
        return _("E-mail is not set up: set EMAIL_URL, for instance smtp://mail.example.com:587.")
    if not user.email:
        return _("Your account has no e-mail address: add one under Accounts.")
    try:
        EmailMessage(
            subject=f"[bounceadmin] {_('This is a test')}",
            body=_("Alerts of bounceadmin reach you here."),
            to=[user.email],
            headers={"Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=20),
        ).send()
    except (OSError, smtplib.SMTPException) as error:
        return _("The mail server did not take it: %(error)s") % {"error": error}
    return ""
