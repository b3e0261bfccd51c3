"""A Celery worker, one task at a time, whatever the broker."""

from __future__ import annotations

import os

from celery.worker import WorkController
from celery.worker import state as worker_state

from bounceadmin.celery import app
from bounceadmin.embedded.service import ThreadService


class Worker(ThreadService):
    """Consumes from the broker of the settings.

    `solo` runs a task in this service's own thread: SQLite has one writer, and Python runs one
    thread at a time. Stopping finishes the task that runs; what waits goes back to the broker.
    """

    name = "worker"

    def __init__(self) -> None:
        super().__init__()
        # Mingle, gossip and heartbeat are talk among workers. Without the event loop it looks
        # every two seconds whether it is to stop, with every broker.
        self._controller = WorkController(
            app=app,
            hostname=f"up-{os.getpid()}@localhost",
            pool="solo",
            concurrency=1,
            use_eventloop=False,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
        )

    def run(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        worker_state.should_stop = os.EX_OK
