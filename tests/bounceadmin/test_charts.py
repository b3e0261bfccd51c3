"""Marks stand where their numbers say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bounceadmin.charts import HEIGHT, SPARK_HEIGHT, nice_top, sparkline, stacked_bars

DAY = date(2026, 11, 20)


def test_a_bar_is_stacked_from_the_bottom_in_the_order_given():
    (bar,) = stacked_bars([(DAY, {"hard": 2, "soft": 0, "block": 2})]).bars

    assert bar.total == 4
    assert [part.category for part in bar.segments] == ["hard", "block"]
    assert bar.segments[0].y + bar.segments[0].height == HEIGHT
    assert bar.segments[1].y + bar.segments[1].height == bar.segments[0].y


def test_bars_stand_side_by_side_without_touching():
    days = [(DAY + timedelta(days=n), {"hard": 1}) for n in range(90)]
    chart = stacked_bars(days)

    ends = [bar.x + bar.width for bar in chart.bars]
    assert all(end < bar.x for end, bar in zip(ends, chart.bars[1:], strict=False))
    assert ends[-1] <= chart.width


def test_a_chart_without_numbers_says_so():
    assert stacked_bars([(DAY, {"hard": 0})]).is_empty
    assert stacked_bars([]).is_empty


@pytest.mark.parametrize("largest", [0, 1, 4, 5, 9, 11, 99, 101, 850, 1234, 99_999])
def test_the_scale_ends_even_and_not_far_above_the_largest(largest):
    top = nice_top(largest)

    assert top >= largest
    assert top % 2 == 0
    assert top <= max(6, 2 * largest)


def test_a_line_breaks_where_a_value_is_missing():
    assert len(sparkline([1, 2, None, 3], 4).lines) == 2
    assert sparkline([None, None], 4).end is None


def test_a_line_stays_within_its_picture():
    for points in sparkline([0, 50, 100], 4).lines:
        for point in points.split():
            assert 0 <= float(point.split(",")[1]) <= SPARK_HEIGHT
