"""What goes with a changed password. Sessions end by themselves: Django ties them to it."""

from __future__ import annotations

import logging
from datetime import datetime

from axes.utils import reset as unlock
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User

from bounceadmin.logins.forgotten import asking
from bounceadmin.models import PasswordMail
from lists.announcing import announce

log = logging.getLogger(__name__)
_About = PasswordMail.About


def changed_by_link(user: User, who: asking.Visitor, now: datetime) -> None:
    """Write it down, tell the account's owner, and lift the lock of the login.

    Who guessed at the old password learns nothing of the new one, and its owner, who may be who
    guessed, would else be kept out with the right one. The second factor keeps its own count of
    tries, and is asked for as ever.
    """
    LogEntry.objects.log_actions(
        user_id=user.pk,
        queryset=[user],
        action_flag=CHANGE,
        change_message="Set a new password by a link that was mailed.",
        single_object=True,
    )
    unlock(username=user.get_username())
    log.info("Account %s has set a new password by a link that was mailed", user.pk)
    _tell_owner(user, _About.CHANGED, who, now)


def changed_by_login(user: User, by: User, who: asking.Visitor, now: datetime) -> None:
    """Tell the account's owner that they, or an administrator, changed it while logged in."""
    about = _About.CHANGED_BY_OWNER if user.pk == by.pk else _About.CHANGED_BY_ADMIN
    log.info("The password of account %s was changed by account %s", user.pk, by.pk)
    if user.email and asking.is_possible():
        _tell_owner(user, about, who, now)


def _tell_owner(user: User, about: str, who: asking.Visitor, now: datetime) -> None:
    mails = PasswordMail.objects.filter(user=user)
    # The links in them have ended, and count no more.
    mails.filter(about=_About.LINK).delete()
    mails.create(
        user=user, about=about, client=who.client, language=who.language, at=now, due_at=now
    )
    announce("bounceadmin.tasks.send_password_mails")
