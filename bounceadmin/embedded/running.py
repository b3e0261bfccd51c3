"""Starting services, waiting for the end, stopping them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bounceadmin.embedded.service import ThreadService
from lists import stopping

# How long all services together may take to finish what they are at.
STOP_SECONDS = 10.0


class ServiceDiedError(Exception):
    """A service ended without being asked to; the message says which and of what."""


class StopRequest:
    """Ctrl-C and SIGTERM: the first asks to stop, the second ends the process at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def listen(self) -> None:
        """Take the signals; call it in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)

    def __bool__(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        return self._asked.wait(seconds)

    def _receive(self, number: int, _frame: object) -> None:
        if self._asked.is_set():
            os._exit(128 + number)
        self._asked.set()


@contextmanager
def running(services: Sequence[ThreadService]) -> Iterator[None]:
    """Run `services` while the block runs; afterwards give them `STOP_SECONDS` to finish."""
    started: list[ThreadService] = []
    try:
        for service in services:
            service.start()
            started.append(service)
        yield
    finally:
        stopping.ask()
        for service in started:
            service.stop()
        deadline = time.monotonic() + STOP_SECONDS
        for service in started:
            service.join(max(0.0, deadline - time.monotonic()))


def wait_for_the_end(services: Sequence[ThreadService], request: StopRequest) -> None:
    """Return when asked to stop. Raises ServiceDiedError where a service has ended by itself."""
    while not request.wait(1.0):
        check(services)


def check(services: Sequence[ThreadService]) -> None:
    """Raises ServiceDiedError where a service has ended by itself."""
    for service in services:
        if not service.alive:
            raise ServiceDiedError(
                f"The {service.name} has stopped: {service.error or 'it just ended'}"
            )
