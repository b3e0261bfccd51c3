"""When a person may be told. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo


def due(now: datetime, zone: tzinfo, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """`now` (aware), or the end of the quiet time that it falls into.

    Quiet times are wall-clock times in `zone` and may run over midnight; one that ends when it
    begins is none.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    local = now.astimezone(zone)
    clock = local.time()
    if quiet_from < quiet_until:
        quiet, ends_tomorrow = quiet_from <= clock < quiet_until, False
    else:
        quiet, ends_tomorrow = clock >= quiet_from or clock < quiet_until, clock >= quiet_from
    if not quiet:
        return now
    end = datetime.combine(local.date() + timedelta(days=ends_tomorrow), quiet_until, zone)
    # Where the clocks go forward over the end, it may lie before now on the other reckoning.
    return max(now, end.astimezone(now.tzinfo))
