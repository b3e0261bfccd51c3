"""Bounce-rate bands: what a rate means and what to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """From best to worst; `unknown` claims nothing."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    ATTENTION = "attention"
    POOR = "poor"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the bands begin, in percent, and how many must be sent to before any is claimed."""

    attention_from: float = 2
    poor_from: float = 5
    critical_above: float = 10
    enough_sent: int = 100


@dataclass(frozen=True, slots=True)
class BandInfo:
    """Words for a person."""

    label: str
    action: str


BANDS: dict[Band, BandInfo] = {
    Band.UNKNOWN: BandInfo("Too few to judge", "Too few sent to judge: report sends, or wait."),
    Band.HEALTHY: BandInfo("Healthy", "Keep monitoring."),
    Band.ATTENTION: BandInfo("Attention", "Audit list quality."),
    Band.POOR: BandInfo("Poor", "Clean the list now."),
    Band.CRITICAL: BandInfo("Critical", "Deliverability is at risk: stop sending and diagnose."),
}

SEVERITY: dict[Band, int] = {band: place for place, band in enumerate(Band)}


def bounce_rate(sent: int, bounced: int) -> float | None:
    """Bounced recipients in percent of sent recipients; None where none was sent.

    More bounces than sends (late bounces of an earlier period) count as 100.
    """
    return None if sent <= 0 else min(100.0, 100 * bounced / sent)


def band_for(sent: int, bounced: int, thresholds: Thresholds) -> Band:
    """The band of `bounced` out of `sent` recipients.

    Below the first threshold is healthy; `critical_above` itself is still poor (5 % to 10 %).
    """
    rate = bounce_rate(sent, bounced)
    if rate is None or sent < thresholds.enough_sent:
        return Band.UNKNOWN
    if rate > thresholds.critical_above:
        return Band.CRITICAL
    if rate >= thresholds.poor_from:
        return Band.POOR
    if rate >= thresholds.attention_from:
        return Band.ATTENTION
    return Band.HEALTHY
