"""Answers kept for pages: which recipient domains had the most bounces.

Summing them takes as long as there are domains, campaigns and days, so pages read what
`lists.kept_rankings` has summed. It can all be deleted: it is made anew from `DomainDay`.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RankedPeriod(models.Model):
    """The last so many days, and when their rankings were last made."""

    days = models.PositiveSmallIntegerField(unique=True)
    # Whoever changes it may make the rankings: nobody else begins at the same time.
    began_at = models.DateTimeField(null=True)
    # How long that took.
    seconds = models.FloatField(default=0)
    # Empty while there is so little that pages sum it themselves.
    made_at = models.DateTimeField(null=True)
    last = models.DateField(null=True)
    # When an application last asked for it; empty for those of pages, which are always kept.
    asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ranked period")
        verbose_name_plural = _("ranked periods")

    def __str__(self) -> str:
        return f"{self.days} days up to {self.last}"


class DomainRanking(models.Model):
    """The domains with the most bounces of a list, a stream, a large campaign, or all mail."""

    period = models.ForeignKey(
        RankedPeriod, models.CASCADE, related_name="rankings", db_index=False
    )
    # Such as `list:17`; a list that is gone is gone from here with the next ranking.
    scope = models.CharField(max_length=40)
    # [domain, then its tallies in the order of `lists.counted.TALLIES`], most bounced first.
    domains = models.JSONField(default=list)

    class Meta:
        verbose_name = _("domain ranking")
        verbose_name_plural = _("domain rankings")
        constraints = [
            models.UniqueConstraint(fields=["period", "scope"], name="domainranking_once")
        ]

    def __str__(self) -> str:
        return self.scope
