"""Bands, rates, trends and charts as people see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bounceadmin import charts
from lists import words
from lists.counted import Counts
from lists.happenings import Happening
from lists.health import Day

register = template.Library()

# The height of a sparkline, in percent, that a smaller rate does not fill.
_SPARK_TOP = 4.0
# A smaller difference, in percentage points, is no trend.
_FLAT = 0.05
_CATEGORY_WORDS = {
    "hard": gettext_lazy("hard"),
    "soft": gettext_lazy("soft"),
    "block": gettext_lazy("block"),
}


register.simple_tag(words.band_pill)
register.filter("rate", words.rate_text)


@register.simple_tag
def share(part: int, whole: int) -> str:
    """`part` of `whole` in percent, such as `82 %`; `<1 %` where there is little of it."""
    if not whole or not part:
        return _("0 %")
    # A part that was counted at another moment than the whole can be the larger.
    percent = min(100, 100 * part / whole)
    return _("<1 %") if percent < 1 else _("%(share)d %%") % {"share": round(percent)}


@register.inclusion_tag("bounceadmin/parts/trend.html")
def trend(points: float | None) -> dict[str, object]:
    """An arrow with percentage points; up is worse."""
    if points is None:
        return {"way": "none"}
    way = "flat" if abs(points) < _FLAT else "up" if points > 0 else "down"
    return {"way": way, "points": number_format(abs(points), 1)}


@register.inclusion_tag("bounceadmin/parts/sparkline.html")
def sparkline(days: Sequence[Day], band: str = "") -> dict[str, object]:
    """The rolling bounce rate as a small line."""
    line = charts.sparkline([day.rolling_rate for day in days], _SPARK_TOP)
    return {
        "line": line,
        "band": band,
        "width": charts.SPARK_WIDTH,
        "height": charts.SPARK_HEIGHT,
    }


@register.inclusion_tag("bounceadmin/parts/category_chart.html")
def category_chart(days: Sequence[Day], happenings: Sequence[Happening] = ()) -> dict[str, object]:
    """Bounces a day, stacked by category, with the same numbers as a table.

    Days on which something happened (`happenings`) are marked.
    """
    chart = charts.stacked_bars([(day.day, day.counts.by_category) for day in days])
    done: dict[date, list[str]] = defaultdict(list)
    for what in happenings:
        done[what.at.astimezone(UTC).date()].append(f"{what.title}: {what.text}")
    return {
        "chart": chart,
        "marks": [(bar, done[bar.day]) for bar in chart.bars if bar.day in done],
        "height": charts.HEIGHT,
        "half": chart.top // 2,
        "days": days,
        "first": days[0].day,
        "middle": days[len(days) // 2].day,
        "last": days[-1].day,
    }


@register.filter
def category_word(category: str) -> str:
    """`hard` in the reader's language."""
    return str(_CATEGORY_WORDS[category])


@register.inclusion_tag("bounceadmin/parts/category_bar.html")
def category_bar(counts: Counts, largest: int) -> dict[str, object]:
    """One bar as long as its part of `largest`, divided by category."""
    x = 0.0
    parts = []
    for category, number in counts.by_category.items():
        width = 100 * number / max(1, largest)
        parts.append({"category": category, "x": round(x, 2), "width": round(width, 2)})
        x += width
    return {"parts": parts}
