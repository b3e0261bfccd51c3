"""What goes with a password that was set by a link. Sessions end by themselves: Django ties them to
the password."""

from __future__ import annotations

import logging
from datetime import datetime

from axes.utils import reset as unlock
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User

from bounceadmin.logins.forgotten.asking import Visitor
from bounceadmin.models import PasswordMail
from lists.announcing import announce

log = logging.getLogger(__name__)


def changed(user: User, who: Visitor, now: datetime) -> None:
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
    mails = PasswordMail.objects.filter(user=user)
    # The links in them have ended, and count no more.
    mails.filter(about=PasswordMail.About.LINK).delete()
    mails.create(
        user=user,
        about=PasswordMail.About.CHANGED,
        client=who.client,
        language=who.language,
        at=now,
        due_at=now,
    )
    unlock(username=user.get_username())
    log.info("Account %s has set a new password by a link that was mailed", user.pk)
    announce("bounceadmin.tasks.send_password_mails")
