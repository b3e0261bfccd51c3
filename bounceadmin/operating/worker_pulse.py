"""A worker's sign of life is given by its children: a main process without any is dead.

Celery's main process goes on without children where these are killed as they start, and takes no
work then. So every few seconds it has one of them touch the file, by the way that tasks go.
"""

from __future__ import annotations

import time
from typing import Any

from celery.bootsteps import StartStopStep
from celery.worker import state
from celery.worker.consumer import Tasks

from bounceadmin.operating.pulse import Pulse

# Children that are all busy cannot answer. At the same tasks for longer than this they hang.
_BUSY_SECONDS = 15 * 60.0
# A question whose child died with it is asked again.
_ASK_AGAIN_SECONDS = 60.0


class WorkerPulse(StartStopStep):
    """Of a worker with children; those of `manage.py up` are watched by it."""

    requires = (Tasks,)

    def __init__(self, c: Any, **options: Any) -> None:
        super().__init__(c, **options)
        self.enabled = bool(c.controller.use_eventloop)
        self._pulse = Pulse("worker")
        self._asked_at = 0.0
        self._timer: Any = None

    def start(self, c: Any) -> None:
        # Who has just begun has time until it would be taken for dead.
        self._pulse.beat()
        self._timer = c.timer.call_repeatedly(c.app.conf.worker_pulse_seconds, self._look, (c,))

    def stop(self, c: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def shutdown(self, c: Any) -> None:
        self.stop(c)
        self._pulse.end()

    def _look(self, c: Any) -> None:
        if _is_busy(c.pool.num_processes):
            self._pulse.beat()
        elif time.monotonic() - self._asked_at > _ASK_AGAIN_SECONDS:
            self._asked_at = time.monotonic()
            c.controller._quick_acquire(self._ask, c)
        self._pulse.tell_systemd()

    def _ask(self, c: Any) -> None:
        c.pool.apply_async(
            _answer,
            (self._pulse,),
            callback=self._answered,
            error_callback=self._answered,
        )

    def _answered(self, _result: object) -> None:
        self._asked_at = 0.0


def _answer(pulse: Pulse) -> None:
    """Run by a child."""
    pulse.beat()


def _is_busy(children: int) -> bool:
    """Whether each child is at a task, and one of them has begun lately."""
    begun = [request.time_start for request in state.active_requests if request.time_start]
    return len(begun) >= children and time.time() - max(begun) < _BUSY_SECONDS
