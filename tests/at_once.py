"""Workers that do something at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections


def at_once(*works: Callable[[], object], seconds: float = 30) -> None:
    """Do all of `works` in threads that begin together; none of them may fail."""
    start = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(10)
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert errors == []
