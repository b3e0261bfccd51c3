"""When a person may be told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounceadmin.alerts.quiet import due

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def berlin(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (berlin(21, 59), berlin(21, 59)),
        (berlin(22), berlin(7, day=21)),
        (berlin(23, 30), berlin(7, day=21)),
        (berlin(3, day=21), berlin(7, day=21)),
        (berlin(7, day=21), berlin(7, day=21)),
    ],
)
def test_a_quiet_night_ends_in_the_morning(now, told):
    assert due(now, BERLIN, time(22), time(7)) == told


def test_a_quiet_afternoon_ends_the_same_day():
    assert due(berlin(13), BERLIN, time(12), time(14)) == berlin(14)
    assert due(berlin(15), BERLIN, time(12), time(14)) == berlin(15)


def test_without_quiet_times_everything_is_told_at_once():
    assert due(berlin(3), BERLIN, None, None) == berlin(3)
    assert due(berlin(3), BERLIN, time(3), time(3)) == berlin(3)


@given(
    now=st.integers(0, 366 * 24 * 60).map(lambda n: NEW_YEAR + timedelta(minutes=n)),
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_nobody_is_told_in_the_past_or_more_than_a_day_late(now, start, end, zone):
    told = due(now, ZoneInfo(zone), start, end)
    assert 0 <= (told - now).total_seconds() <= 25 * 3600
