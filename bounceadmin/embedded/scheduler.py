"""Celery beat: announces each task of `CELERY_BEAT_SCHEDULE` when it is due."""

from __future__ import annotations

import logging

from celery import beat

from bounceadmin.celery import app
from bounceadmin.embedded.service import ThreadService

log = logging.getLogger(__name__)


class Scheduler(ThreadService):
    """Keeps its schedule in memory, so that no file of an older version can be in its way.

    What came due while nothing ran is made up for by announcing every task once at the start: all
    of them can be run at any time.
    """

    name = "scheduler"

    def __init__(self) -> None:
        super().__init__()
        # A short longest sleep, so that stopping does not wait for it.
        self._service = beat.Service(app, max_interval=1, scheduler_cls=beat.Scheduler)

    def run(self) -> None:
        self._announce_all()
        self._service.start(embedded_process=False)

    def stop(self) -> None:
        self._service.stop(wait=False)

    def _announce_all(self) -> None:
        scheduler = self._service.scheduler
        for entry in scheduler.schedule.values():
            try:
                scheduler.apply_async(entry, advance=False)
            except beat.SchedulingError as error:
                log.warning("%s waits for its next time: %s", entry.name, error)
