"""Bands, rates, trends and reasons have words and colours, all of them."""

from __future__ import annotations

import pytest
from django.conf import settings

from bounceadmin.templatetags import health
from bounces.models import BounceEvent
from bounces.parsing.reasons.names import REASONS
from bounces.templatetags import bounces
from lists.bands import BANDS, Band
from lists.counted import Counts
from lists.words import band_pill, rate_text

STYLE = (settings.BASE_DIR / "static/bounceadmin/style.css").read_text()


@pytest.mark.parametrize("band", list(Band))
def test_each_band_has_a_pill_with_its_word_and_a_colour(band):
    assert BANDS[band].label in band_pill(band)
    assert f".ba-pill.ba-band-{band} " in STYLE


@pytest.mark.parametrize("category", BounceEvent.Category.values)
def test_each_category_has_a_colour_in_charts_and_lists(category):
    assert f".ba-fill-{category} " in STYLE
    assert f".ba-dot-{category} " in STYLE


@pytest.mark.parametrize("reason", list(REASONS))
def test_each_reason_is_a_sentence(reason):
    assert bounces.reason_sentence(reason).endswith(".")
    assert bounces.reason_category(reason) == REASONS[reason].category


def test_a_reason_that_nobody_knows_is_shown_by_its_name():
    assert bounces.reason_sentence("newfangled") == "newfangled"
    assert bounces.reason_advice("newfangled") == ""


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        (Counts(), "no sends reported"),
        (Counts(hard=3), "no sends reported"),
        (Counts(sent=1000), "0.0 %"),
        (Counts(sent=1000, hard=34), "3.4 %"),
        (Counts(sent=1000, block=123), "12 %"),
        (Counts(sent=10, hard=99), "100 %"),
    ],
)
def test_a_rate_is_told_in_percent_or_not_at_all(counts, text):
    assert rate_text(counts) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(82, 100, "82 %"), (1, 1000, "<1 %"), (0, 10, "0 %"), (0, 0, "0 %"), (5, 0, "0 %")],
)
def test_a_share_is_told_in_whole_percent(part, whole, text):
    assert health.share(part, whole) == text


@pytest.mark.parametrize(
    ("points", "way"), [(None, "none"), (0.01, "flat"), (1.5, "up"), (-1.5, "down")]
)
def test_a_trend_points_up_where_it_gets_worse(points, way):
    assert health.trend(points)["way"] == way


@pytest.mark.parametrize("evidence", ["", "event:", "event:x", "event:7'--", "javascript:alert(1)"])
def test_evidence_that_is_no_event_leads_nowhere(evidence):
    assert bounces.evidence_url(evidence) == ""
