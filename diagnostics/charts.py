"""Bars for a page, as numbers: the template draws them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from diagnostics.reported import ReportedDay

STEP = 12
WIDTH = 8
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: how high what passed is, and what failed on top of it, of `HEIGHT`."""

    day: date
    x: int
    passed: float
    failed: float
    passed_count: int
    failed_count: int

    @property
    def passed_y(self) -> float:
        """Where the part that passed begins, from the top."""
        return round(HEIGHT - self.passed, 2)

    @property
    def failed_y(self) -> float:
        """Where the part that failed begins."""
        return round(HEIGHT - self.passed - self.failed, 2)


@dataclass(frozen=True, slots=True)
class Bars:
    """All days."""

    bars: tuple[Bar, ...]
    width: int
    most: int
    """What the highest bar counts."""


def dmarc_bars(days: Sequence[ReportedDay]) -> Bars:
    """Each day's mail, passed and failed."""
    most = max((day.tally.count for day in days), default=0)
    unit = HEIGHT / most if most else 0
    bars = tuple(
        Bar(
            day.day,
            STEP * at + (STEP - WIDTH) // 2,
            round(day.tally.passed * unit, 2),
            round(day.tally.failed * unit, 2),
            day.tally.passed,
            day.tally.failed,
        )
        for at, day in enumerate(days)
    )
    return Bars(bars, STEP * max(1, len(days)), most)
