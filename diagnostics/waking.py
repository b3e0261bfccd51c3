"""Telling workers that there is something to do. The database knows it anyway."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

log = logging.getLogger(__name__)


def wake(task: str, pk: int) -> None:
    """Announce `task` of this app for a row once it is committed; a dead broker is no error."""

    def announce() -> None:
        try:
            # By name: tasks import what imports this.
            current_app.send_task(f"diagnostics.tasks.{task}", [pk])
        except (KombuError, OperationalError, OSError) as error:
            log.warning("The broker is away (%s): the sweep will find %s %s.", error, task, pk)

    transaction.on_commit(announce)
