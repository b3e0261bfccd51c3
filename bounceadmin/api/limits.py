"""How many requests a token may make, counted for all processes together in the cache.

With Redis (or any shared cache) the limit holds however many processes there are; the embedded
server is one process, whose own memory does. A cache that is away must not stop the mail: then
nothing is limited.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.core.cache import cache

log = logging.getLogger(__name__)

WINDOW = 60
"""Seconds that requests are counted together."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a token has left in this window."""

    limit: int
    remaining: int
    """Below zero: this request is too many."""
    reset: int
    """Seconds until the next window begins."""


def use(token_id: int, limit: int, now: float | None = None) -> Usage:
    """Count one request of a token that may make `limit` in a window."""
    now = time.time() if now is None else now
    window, passed = divmod(int(now), WINDOW)
    key = f"api-requests:{token_id}:{window}"
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        count = cache.incr(key)
    except Exception as error:  # each backend has exceptions of its own
        log.warning("Requests are not counted, the cache is away: %s", error)
        count = 1
    return Usage(limit, limit - count, WINDOW - passed)
