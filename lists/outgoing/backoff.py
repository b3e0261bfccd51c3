"""When a delivery is tried again. Pure."""

from __future__ import annotations

from datetime import timedelta

_S, _M, _H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

# After the first, second, … try that failed: three days in all, as a receiver's weekend may take.
DELAYS = (5 * _S, 1 * _M, 5 * _M, 30 * _M, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H)
MOST_TRIES = len(DELAYS) + 1
_LONGEST_QUIET = 10 * _M
_LONGEST_ASKED = 24 * _H


def delay(tries: int, chance: float, asked: int | None = None) -> timedelta | None:
    """How long to wait after `tries` failed ones; None where it is given up.

    `chance` (0 to 1) spreads it by a fifth, so that what failed together does not come again
    together. A receiver may ask (Retry-After, seconds) for more, up to a day.
    """
    if tries >= MOST_TRIES:
        return None
    wait = DELAYS[max(tries, 1) - 1] * (0.9 + 0.2 * chance)
    return max(wait, min(asked * _S, _LONGEST_ASKED)) if asked else wait


def quiet(failures: int) -> timedelta:
    """How long an endpoint is left alone after so many failures in a row."""
    return min(5 * _S * (1 << min(failures, 10)), _LONGEST_QUIET)
