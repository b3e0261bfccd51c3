"""The state of each road, for people to look at: it worked at …, it failed at … because ….

    roads.worked("listener", _("Listener"))
    roads.failed("mailbox:7", mailbox.name, "The server refused the login.")

A record of trouble must not make trouble: a database that is away is logged and no error here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from bounces.models import RoadState
from bounces.text import storable

log = logging.getLogger(__name__)

# A busy road would write the same row for every message: so often is often enough.
_WRITE_EVERY = 10.0
_written: dict[tuple[str, str], float] = {}
_lock = Lock()
# No roads, but as good to know: when leftovers were last looked for, messages processed, and texts
# moved into object storage.
SWEEP, WORK, ARCHIVE = "sweep", "work", "archive"


def worked(key: str, name: str) -> None:
    """The road brought something, or was looked at and had nothing to bring."""
    if _is_news(key, ""):
        _write(key, name, last_success_at=timezone.now())


def failed(key: str, name: str, error: str) -> None:
    """The road did not work; `error` is a sentence for an admin."""
    if _is_news(key, error):
        now = timezone.now()
        _write(key, name, last_error_at=now, last_error=storable(error, 500))


def forget(key: str) -> None:
    """The road is no more."""
    RoadState.objects.filter(key=key).delete()


def states() -> Sequence[RoadState]:
    """Every road, those that fail first."""
    rows = RoadState.objects.exclude(key__in=[SWEEP, WORK, ARCHIVE])
    return sorted(rows, key=lambda road: (not road.is_failing, road.name))


def last_sweep() -> datetime | None:
    """When leftovers were last looked for: long ago means that no scheduler or worker runs."""
    return RoadState.objects.filter(key=SWEEP).values_list("last_success_at", flat=True).first()


def last_work() -> datetime | None:
    """When a worker last processed messages, within seconds."""
    return RoadState.objects.filter(key=WORK).values_list("last_success_at", flat=True).first()


def archive() -> RoadState | None:
    """Whether texts move into object storage; None where they never did."""
    return RoadState.objects.filter(key=ARCHIVE).first()


def _is_news(key: str, error: str) -> bool:
    """Whether this has not just been written; news of the other kind always is."""
    now = time.monotonic()
    with _lock:
        if now - _written.get((key, error), -_WRITE_EVERY) < _WRITE_EVERY:
            return False
        for known in [known for known in _written if known[0] == key]:
            del _written[known]
        _written[key, error] = now
    return True


def _write(key: str, name: str, **fields: object) -> None:
    try:
        # Of its own, so that an error here does not spoil a transaction around it.
        with transaction.atomic():
            RoadState.objects.update_or_create(
                key=key[:80], defaults={"name": storable(str(name), 120), **fields}
            )
    except (DatabaseError, InterfaceError) as error:
        log.warning("The state of %s could not be written: %s", key, error)
