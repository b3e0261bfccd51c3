"""Telling workers that there is something to do. The database knows it anyway."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

log = logging.getLogger(__name__)


def wake(task: str, *arguments: object) -> None:
    """Announce `task` (its full name) once the transaction is committed.

    A dead broker is no error: what is to be done stands in the database, and a sweep finds it.
    Tasks go by name because they import what announces them.
    """

    def announce() -> None:
        try:
            current_app.send_task(task, list(arguments))
        except (KombuError, OperationalError, OSError) as error:
            log.warning("The broker is away (%s): a sweep will find the work of %s.", error, task)

    transaction.on_commit(announce)
