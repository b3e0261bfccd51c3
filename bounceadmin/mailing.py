"""E-mails to the people who use the site: each waits in a row of `Mail`, and is sent once."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from bounceadmin.models.mails import Mail

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 6
# A worker that has not said how it went after this long is taken for dead.
_CLAIM_LASTS = timedelta(minutes=10)
_AT_ONCE = 100


def can_send() -> bool:
    """Whether the site was told how to send mail."""
    return bool(settings.EMAIL_IS_SET_UP)


def link(path: str) -> str:
    """The address of a page for a mail; the path alone where the site's address is not set."""
    return f"{settings.SITE_URL.rstrip('/')}{path}" if settings.SITE_URL else path


def message(subject: str, text: str, to: str, number: str = "") -> EmailMessage:
    """An e-mail from the site. `number` makes its Message-ID, the same at every try."""
    # RFC 3834: nobody's vacation answers this, and no bounce of it is answered.
    headers = {"Auto-Submitted": "auto-generated"}
    if number:
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
        headers["Message-ID"] = f"<{number}@{host}>"
    return EmailMessage(
        subject=f"[bounceadmin] {subject}",
        body=f"{text.strip()}\n",
        to=[to],
        headers=headers,
        connection=get_connection(timeout=20),
    )


def deliver(
    rows: QuerySet,
    now: datetime,
    is_over: Callable[[Mail], bool],
    message_of: Callable[[Mail], EmailMessage],
) -> int:
    """Send those of `rows` that are due, and skip what `is_over`; return how many went out.

    A row is claimed before its mail is sent: two workers do not send one twice, and a worker that
    dies leaves a claim that runs out. The Message-ID is the same at every try, so that even then a
    mailbox can tell.
    """
    return sum(_send(row, message_of(row)) for row in _claim(rows, now, is_over))


def _claim(rows: QuerySet, now: datetime, is_over: Callable[[Mail], bool]) -> list[Mail]:
    table = rows.model._default_manager
    with transaction.atomic():
        due = list(
            rows.filter(state=Mail.State.PENDING, due_at__lte=now)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("due_at", "pk")[:_AT_ONCE]
        )
        over = [row.pk for row in due if is_over(row)]
        table.filter(pk__in=over).update(state=Mail.State.SKIPPED)
        claimed = [row for row in due if row.pk not in over]
        table.filter(pk__in=[row.pk for row in claimed]).update(
            attempts=F("attempts") + 1, due_at=now + _CLAIM_LASTS
        )
    for row in claimed:
        row.attempts += 1
    return claimed


def _send(row: Mail, mail: EmailMessage) -> bool:
    """Send the `mail` of a claimed `row`; whether it went out. If not, it is tried again later."""
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        _failed(row, error)
        return False
    _write(row, state=Mail.State.SENT, sent_at=timezone.now(), error="")
    return True


def _failed(row: Mail, error: Exception) -> None:
    last = row.attempts >= MAX_ATTEMPTS
    if last:
        log.warning("%s %s is not sent any more: %s", row._meta.label, row.pk, error)
    _write(
        row,
        state=Mail.State.FAILED if last else Mail.State.PENDING,
        due_at=timezone.now() + timedelta(minutes=2**row.attempts),
        error=f"{type(error).__name__}: {error}"[:300],
    )


def _write(row: Mail, **values: object) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**values)
