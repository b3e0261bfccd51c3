import pytest

from lists.bands import BANDS, Band, Thresholds, band_for, bounce_rate


@pytest.mark.parametrize(
    ("sent", "bounced", "band"),
    [
        (1000, 0, Band.HEALTHY),
        (1000, 19, Band.HEALTHY),
        (1000, 20, Band.ATTENTION),
        (1000, 49, Band.ATTENTION),
        (1000, 50, Band.POOR),
        (1000, 100, Band.POOR),
        (1000, 101, Band.CRITICAL),
        (1000, 5000, Band.CRITICAL),
        (99, 50, Band.UNKNOWN),
        (0, 0, Band.UNKNOWN),
        (0, 7, Band.UNKNOWN),
    ],
)
def test_a_rate_falls_into_its_band(sent, bounced, band):
    assert band_for(sent, bounced, Thresholds()) == band


def test_nothing_sent_has_no_rate():
    assert bounce_rate(0, 5) is None
    assert bounce_rate(200, 5) == 2.5


def test_every_band_has_words():
    assert set(BANDS) == set(Band)
