"""Finding what was left over or has come due: runs, probes, schedules."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics import old_runs, received_reports, repeating, running
from diagnostics.probing import schedule, trips


def sweep() -> None:
    """Announce what waits, give up what is lost, ask for what is due; safe to run at once."""
    running.sweep()
    trips.sweep()
    schedule.send_what_is_due()
    repeating.ask_what_is_due()


def delete_old() -> Iterator[int]:
    """Delete diagnoses, round trips and DMARC reports that nobody looks at; yield how many."""
    yield from old_runs.delete_old()
    yield from trips.delete_old()
    yield from received_reports.delete_old()


def release_claims() -> None:
    """Forget all claims: for the start of a process that is known to be the only worker."""
    running.release_claims()
    trips.release_claims()
