"""Which mailboxes are due, and telling workers of them. The database knows it anyway."""

from __future__ import annotations

import logging

from celery import current_app
from django.utils import timezone
from kombu.exceptions import KombuError, OperationalError

from bounces.models import Mailbox

log = logging.getLogger(__name__)


def announce_due() -> int:
    """Tell workers of every mailbox that is due; return how many."""
    due = list(Mailbox.objects.due().order_by("next_run_at").values_list("pk", flat=True))
    return sum(announce(pk) for pk in due)


def fetch_now(mailbox: Mailbox) -> None:
    """Have it fetched as soon as a worker is free, whatever its schedule."""
    Mailbox.objects.filter(pk=mailbox.pk).update(next_run_at=timezone.now())
    announce(mailbox.pk)


def announce(pk: int) -> bool:
    """Whether workers were told; a dead broker is no error, the next beat tells them again."""
    Mailbox.objects.filter(pk=pk).update(announced_at=timezone.now())
    try:
        # By name: tasks import what imports this.
        current_app.send_task("bounces.tasks.fetch_mailbox", [pk])
    except (KombuError, OperationalError, OSError) as error:
        log.warning("The broker is away (%s): mailbox %s waits.", error, pk)
        Mailbox.objects.filter(pk=pk).update(announced_at=None)
        return False
    return True
