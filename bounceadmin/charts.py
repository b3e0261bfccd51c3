"""Where the marks of a chart go, in the units of its SVG. Pure: templates draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_STEP = 10
_BAR = 8
HEIGHT = 100
SPARK_WIDTH, SPARK_HEIGHT = 120, 32
_SPARK_PAD = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One category's part of a bar."""

    category: str
    number: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar."""

    day: date
    x: int
    width: int
    total: int
    segments: tuple[Segment, ...]

    @property
    def middle(self) -> int:
        """Where a mark of the day goes."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class StackedBars:
    """A bar a day, from zero to `top`."""

    width: int
    top: int
    bars: tuple[Bar, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing to draw."""
        return not any(bar.total for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line, broken where a value is missing; `points` as SVG writes them."""

    lines: tuple[str, ...]
    end: tuple[float, float] | None


def stacked_bars(days: Sequence[tuple[date, Mapping[str, int]]]) -> StackedBars:
    """Bars for `days`, each with its numbers by category, the first category at the bottom."""
    top = nice_top(max((sum(numbers.values()) for _, numbers in days), default=0))
    bars = []
    for place, (day, numbers) in enumerate(days):
        floor = float(HEIGHT)
        segments = []
        for category, number in numbers.items():
            height = HEIGHT * number / top
            floor -= height
            if number:
                segments.append(Segment(category, number, round(floor, 2), round(height, 2)))
        x = place * _STEP + (_STEP - _BAR) // 2
        bars.append(Bar(day, x, _BAR, sum(numbers.values()), tuple(segments)))
    return StackedBars(max(1, len(bars)) * _STEP, top, tuple(bars))


def nice_top(largest: int) -> int:
    """The even number of one or two digits and zeros that `largest` fits under; at least 4."""
    if largest <= 4:
        return 4
    scale = 10 ** (len(str(largest)) - 1)
    for step in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10):
        top = int(step * scale)
        if top >= largest and top % 2 == 0:
            return top
    return 10 * scale


def sparkline(values: Sequence[float | None], at_least: float) -> Sparkline:
    """A line through `values` from zero up to their largest, or `at_least` where that is more.

    So that small changes at a low level do not look like mountains.
    """
    top = max([at_least, *(v for v in values if v is not None)])
    step = (SPARK_WIDTH - 2 * _SPARK_PAD) / max(1, len(values) - 1)
    lines: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        y = SPARK_HEIGHT - _SPARK_PAD - (SPARK_HEIGHT - 2 * _SPARK_PAD) * value / top
        lines[-1].append((round(_SPARK_PAD + place * step, 1), round(y, 1)))
    drawn = [line for line in lines if line]
    return Sparkline(
        tuple(" ".join(f"{x},{y}" for x, y in line) for line in drawn),
        drawn[-1][-1] if drawn else None,
    )
