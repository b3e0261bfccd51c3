"""The e-mails about alerts, each sent once."""

from __future__ import annotations

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bounceadmin import mailing
from bounceadmin.alerts.watching import preferences_of
from bounceadmin.models import AlertDelivery


def deliver(now: datetime) -> int:
    """Send the e-mails that are due; return how many went out."""
    if not mailing.can_send():
        return 0
    rows = AlertDelivery.objects.select_related("alert", "user", "user__preferences")
    return mailing.deliver(rows, now, _is_over, _message)


def _is_over(delivery: AlertDelivery) -> bool:
    return bool(delivery.alert.closed_at or delivery.alert.clear_since)


def _message(delivery: AlertDelivery) -> EmailMessage:
    alert, wishes = delivery.alert, preferences_of(delivery.user)
    language = wishes.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(wishes.zone):
        text = render_to_string(
            "bounceadmin/mail/alert.txt",
            {"alert": alert, "link": mailing.link(alert.path), "since": alert.opened_at},
        )
        number = f"alert-{alert.pk}-{delivery.user_id}-{delivery.level}"
        return mailing.message(alert.title_in_words, text, delivery.user.email, number)


def send_test(user) -> str:
    """Send `user` a test e-mail now; empty if it went out, else a sentence on why not."""
    if not mailing.can_send():
        return _("E-mail is not set up: set EMAIL_URL, for instance smtp://mail.example.com:587.")
    if not user.email:
        return _("Your account has no e-mail address: add one under Accounts.")
    text = _("Alerts of bounceadmin reach you here.")
    try:
        mailing.message(_("This is a test"), text, user.email).send()
    except (OSError, smtplib.SMTPException) as error:
        return _("The mail server did not take it: %(error)s") % {"error": error}
    return ""
