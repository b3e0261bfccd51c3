"""Telling workers that there is something to do. The database knows it anyway."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

log = logging.getLogger(__name__)


def announce(task: str, *arguments: object) -> None:
    """Call a task by its name once the transaction is committed; a dead broker is no error."""
    transaction.on_commit(lambda: _send(task, list(arguments)))


def _send(task: str, arguments: list[object]) -> None:
    try:
        current_app.send_task(task, arguments)
    except (KombuError, OperationalError, OSError) as error:
        log.warning("The broker is away (%s): the sweep will find what %s is for.", error, task)
