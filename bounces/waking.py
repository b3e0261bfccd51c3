"""Telling workers that there is something to do. The database knows it anyway."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

log = logging.getLogger(__name__)


def wake(ids: Sequence[int]) -> None:
    """Announce pending messages once their rows are committed; a dead broker is no error."""
    for start in range(0, len(ids), settings.PIPELINE_BATCH_SIZE):
        batch = list(ids[start : start + settings.PIPELINE_BATCH_SIZE])
        transaction.on_commit(lambda batch=batch: _announce(batch))


def _announce(ids: list[int]) -> None:
    try:
        # By name: tasks import the sweep, which imports this.
        current_app.send_task("bounces.tasks.process_inbound", [ids])
    except (KombuError, OperationalError, OSError) as error:
        log.warning("The broker is away (%s): the sweep will find %d messages.", error, len(ids))
