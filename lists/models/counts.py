"""Counts that health is read from, so that no page scans events.

`CampaignDay` is the sum over the domains of `DomainDay`: a dashboard reads a row a campaign and
day, however many domains there are. `CampaignTotal` is the sum of its days, and added to with them
(`lists/counting.py`). By domain and reason only days that are over for some days are summed, at
night (`lists/totals.py`): what a campaign has come to is read from as many rows however long it has
gone on, and stays when such days are deleted.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lists.models.mailing import Campaign


class Tally(models.Model):
    """Recipients counted, in a day (UTC) or ever."""

    sent = models.PositiveBigIntegerField(_("sent"), default=0)
    delivered = models.PositiveBigIntegerField(_("delivered"), default=0)
    hard = models.PositiveBigIntegerField(_("hard"), default=0)
    soft = models.PositiveBigIntegerField(_("soft"), default=0)
    block = models.PositiveBigIntegerField(_("block"), default=0)
    complaint = models.PositiveBigIntegerField(_("complaints"), default=0)
    # Bounces that nobody could verify: counted apart, in no rate.
    unverified = models.PositiveBigIntegerField(_("unverified"), default=0)

    class Meta:
        abstract = True


class CampaignDay(Tally):
    """A campaign's day."""

    # The unique constraint's index begins with it.
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()

    class Meta:
        verbose_name = _("campaign day")
        verbose_name_plural = _("campaign days")
        constraints = [models.UniqueConstraint(fields=["campaign", "day"], name="campaignday_once")]
        indexes = [models.Index(fields=["day"], name="campaignday_by_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"


class DomainDay(Tally):
    """A campaign's day at one recipient domain."""

    # The unique constraint's index begins with it.
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="domain_days", db_index=False
    )
    day = models.DateField()
    domain = models.CharField(max_length=253)

    class Meta:
        verbose_name = _("domain day")
        verbose_name_plural = _("domain days")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day", "domain"], name="domainday_once")
        ]
        # The dashboard reads the days of its period, however long the history is.
        indexes = [models.Index(fields=["day"], name="domainday_by_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day} {self.domain}"


class ReasonDay(models.Model):
    """How many verified bounces a campaign's day had for one reason."""

    # The unique constraint's index begins with it.
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="reason_days", db_index=False
    )
    day = models.DateField()
    reason = models.CharField(max_length=32)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("reason day")
        verbose_name_plural = _("reason days")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day", "reason"], name="reasonday_once")
        ]
        # The dashboard reads the days of its period, however long the history is.
        indexes = [models.Index(fields=["day"], name="reasonday_by_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day} {self.reason}"


class CampaignTotal(Tally):
    """What a campaign has come to. Who counts for a campaign holds its row, before all others."""

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, primary_key=True, related_name="total"
    )
    # The days before it are in the totals by domain and reason.
    folded_to = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("campaign total")
        verbose_name_plural = _("campaign totals")

    def __str__(self) -> str:
        return f"{self.campaign_id}"


class DomainTotal(Tally):
    """What a campaign had come to at one recipient domain before its `folded_to`."""

    # The unique constraint's index begins with it.
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="domain_totals", db_index=False
    )
    domain = models.CharField(max_length=253)

    class Meta:
        verbose_name = _("domain total")
        verbose_name_plural = _("domain totals")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "domain"], name="domaintotal_once")
        ]
        # The worst of a campaign, however many there are (`lists.ranking.worst_first`).
        indexes = [
            models.Index(
                models.F("campaign"),
                (models.F("hard") + models.F("soft") + models.F("block")).desc(),
                models.F("domain"),
                name="domaintotal_worst",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.domain}"


class ReasonTotal(models.Model):
    """How many verified bounces a campaign had for one reason before its `folded_to`."""

    # The unique constraint's index begins with it.
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="reason_totals", db_index=False
    )
    reason = models.CharField(max_length=32)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("reason total")
        verbose_name_plural = _("reason totals")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "reason"], name="reasontotal_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.reason}"
