"""Whether this process is to end: what takes long looks here between its steps.

`manage.py up` says so, whose services are threads. A worker of Celery's own waits for its children.
"""

from __future__ import annotations

import threading

_asked = threading.Event()


def ask() -> None:
    """Let everything end after the step that it is at."""
    _asked.set()


def is_asked() -> bool:
    return _asked.is_set()
