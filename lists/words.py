"""Bands and rates as people read them."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lists.bands import BANDS, Band
from lists.counted import Counts


def band_pill(band: str) -> SafeString:
    """A coloured pill with the band's word."""
    label = _(BANDS[Band(band)].label)
    return format_html('<span class="ba-pill ba-band-{}">{}</span>', band, label)


def rate_text(counts: Counts) -> str:
    """`3.4 %`, or `no sends reported`: a rate without a denominator is not zero."""
    if counts.rate is None:
        return _("no sends reported")
    return _("%(rate)s %%") % {"rate": number_format(counts.rate, 1 if counts.rate < 10 else 0)}
