"""A service: something that runs beside others in this process until it is told to stop."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from django.db import connections


class ThreadService(ABC):
    """Runs in a thread of its own. A thread that ends unasked has died; `error` says of what."""

    name: str

    def __init__(self) -> None:
        self.error: BaseException | None = None
        # A daemon, so that a thread that cannot stop does not keep the process.
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @abstractmethod
    def run(self) -> None:
        """Do the work until `stop` is called."""

    @abstractmethod
    def stop(self) -> None:
        """Ask `run` to take no more work, finish what it is at, and return; does not wait."""

    def join(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.run()
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()
