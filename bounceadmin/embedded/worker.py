"""Celery workers in threads of this process, whatever the broker."""

from __future__ import annotations

import os
from typing import Any

from celery.bootsteps import StartStopStep
from celery.worker import WorkController
from celery.worker import state as worker_state
from celery.worker.consumer import Consumer, Tasks

from bounceadmin.celery import app
from bounceadmin.embedded.service import ThreadService
from bounceadmin.queues import QUEUES, Queue


class _OneQueue(StartStopStep):
    """Celery chooses queues for the whole application, and here are several workers of one."""

    requires = (Tasks,)

    def start(self, c: Any) -> None:
        c.task_consumer.close()
        c.task_consumer = c.app.amqp.TaskConsumer(
            c.connection,
            queues=[c.app.amqp.queues[c.controller.queue.name]],
            on_decode_error=c.on_decode_error,
        )


class _Consumer(Consumer):
    class Blueprint(Consumer.Blueprint):
        default_steps = [*Consumer.Blueprint.default_steps, _OneQueue]


class _Controller(WorkController):
    def __init__(self, queue: Queue, hostname: str) -> None:
        self.queue = queue
        # Mingle, gossip and heartbeat are talk among workers. Without the event loop it looks
        # every two seconds whether it is to stop, with every broker.
        super().__init__(
            app=app,
            hostname=hostname,
            pool="solo",
            concurrency=1,
            consumer_cls=_Consumer,
            use_eventloop=False,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
        )


class Worker(ThreadService):
    """Consumes one queue from the broker of the settings, one task at a time.

    `solo` runs a task in this service's own thread: SQLite has one writer, and Python runs one
    thread at a time. Stopping finishes the task that runs; what waits goes back to the broker.
    """

    def __init__(self, queue: Queue, number: int = 1) -> None:
        self.name = f"worker-{queue.name}-{number}"
        super().__init__()
        self._controller = _Controller(queue, f"up-{os.getpid()}-{self.name}@localhost")

    def run(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        worker_state.should_stop = os.EX_OK


def workers() -> list[Worker]:
    """Some for each queue, so that nothing slow is in front of a bounce."""
    return [Worker(queue, n) for queue in QUEUES for n in range(1, queue.threads + 1)]
