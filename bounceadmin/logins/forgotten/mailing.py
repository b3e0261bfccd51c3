"""Whom a request concerns, and the e-mails about passwords."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from bounceadmin import mailing
from bounceadmin.alerts.watching import preferences_of
from bounceadmin.logins.forgotten.asking import is_possible
from bounceadmin.models import PasswordMail, PasswordRequest

log = logging.getLogger(__name__)

# An account is mailed no more links than this while they hold. So nobody is flooded, and who gets
# no new one, because others asked before, has some that hold.
LINKS_AT_ONCE = 3
# What is left is for the next task, so that a flood of requests does not hold up other mail.
_REQUESTS_AT_ONCE = 500


def send(now: datetime) -> int:
    """Look up what was asked, and send what is due; return how many e-mails went out."""
    if not is_possible():
        return 0
    for _turn in range(_REQUESTS_AT_ONCE):
        if not _look_up_one(now):
            break
    rows = PasswordMail.objects.select_related("user", "user__preferences")
    sent = mailing.deliver(rows, now, lambda row: _is_over(row, now), _message)
    _forget(now)
    return sent


def links_hold() -> timedelta:
    """How long a link can be used."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


@transaction.atomic
def _look_up_one(now: datetime) -> bool:
    waiting = PasswordRequest.objects.filter(looked_up_at=None).order_by("pk")
    asked = waiting.select_for_update(skip_locked=True).first()
    if asked is None:
        return False
    for user in _accounts(asked.address):
        _queue_link(user, asked)
    asked.address, asked.looked_up_at = "", now
    asked.save(update_fields=["address", "looked_up_at"])
    return True


def _accounts(address: str) -> list[User]:
    """Those that Django lets have a link: active, and with a password. Locked, to be counted."""
    keys = [user.pk for user in PasswordResetForm().get_users(address)]
    return list(User.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _queue_link(user: User, asked: PasswordRequest) -> None:
    links = PasswordMail.objects.filter(user=user, about=PasswordMail.About.LINK)
    if links.filter(at__gt=asked.asked_at - links_hold()).count() >= LINKS_AT_ONCE:
        log.info("Account %s has %s links to set a password already", user.pk, LINKS_AT_ONCE)
        return
    PasswordMail.objects.create(
        user=user,
        about=PasswordMail.About.LINK,
        client=asked.client,
        language=asked.language,
        at=asked.asked_at,
        due_at=asked.asked_at,
    )
    log.info("Account %s is mailed a link to set a password", user.pk)


def _is_over(row: PasswordMail, now: datetime) -> bool:
    if not row.user.email:
        return True
    return _is_link(row) and (not row.user.is_active or now - row.at > links_hold())


def _is_link(row: PasswordMail) -> bool:
    return row.about == PasswordMail.About.LINK


def _message(row: PasswordMail) -> EmailMessage:
    wishes = preferences_of(row.user)
    with translation.override(wishes.language or row.language), timezone.override(wishes.zone):
        text = render_to_string(f"bounceadmin/mail/password_{row.about}.txt", _words(row))
        subject = _("Set a new password") if _is_link(row) else _("Your password was changed")
        return mailing.message(subject, text, row.user.email, f"password-{row.pk}")


def _words(row: PasswordMail) -> dict[str, object]:
    words = {
        "name": row.user.get_username(),
        "site": mailing.link(""),
        "at": row.at,
        "client": row.client,
    }
    if not _is_link(row):
        return words | {"forgotten": mailing.link(reverse("password-forgotten"))}
    key = urlsafe_base64_encode(force_bytes(row.user.pk))
    path = reverse("password-new", args=[key, default_token_generator.make_token(row.user)])
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    return words | {"link": mailing.link(path), "minutes": minutes}


def _forget(now: datetime) -> None:
    """What counts no more, with the IP addresses in it."""
    done = PasswordRequest.objects.exclude(looked_up_at=None)
    done.filter(asked_at__lt=now - max(links_hold(), settings.AXES_COOLOFF_TIME)).delete()
    mails = PasswordMail.objects.exclude(state=PasswordMail.State.PENDING)
    mails.filter(at__lt=now - links_hold()).delete()
