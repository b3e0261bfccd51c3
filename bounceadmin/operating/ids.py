"""Which request or task a log line belongs to, also where a request had a task done."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from celery import signals

# What a proxy or a caller may hand over; anything else is replaced, so that no one can forge lines.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADER = "bounceadmin_request_id"

_NONE: Mapping[str, str] = MappingProxyType({})
_ids: ContextVar[Mapping[str, str]] = ContextVar("log_ids", default=_NONE)


def current() -> Mapping[str, str]:
    """`request_id`, `task_id`, `task`: those that there are."""
    return _ids.get()


@contextmanager
def request_id(given: str = "") -> Iterator[str]:
    """Give all that is logged in the block an id: the one `given`, if it is acceptable."""
    # Nothing that must not be guessed: to ask the system for chance lets other threads go first.
    chosen = given if _ACCEPTABLE.fullmatch(given) else f"{random.getrandbits(128):032x}"
    before = _ids.set({"request_id": chosen})
    try:
        yield chosen
    finally:
        _ids.reset(before)


@signals.before_task_publish.connect
def _hand_over(headers: dict | None = None, **_) -> None:
    found = current().get("request_id")
    if found and headers is not None:
        headers[_HEADER] = found


@signals.task_prerun.connect
def _begin(task_id: str = "", task=None, **_) -> None:
    ids = {"task_id": task_id, "task": task.name}
    asked_by = getattr(task.request, _HEADER, None) or (task.request.headers or {}).get(_HEADER)
    if asked_by:
        ids["request_id"] = asked_by
    _ids.set(ids)


@signals.task_postrun.connect
def _end(**_) -> None:
    _ids.set(_NONE)
