"""When a list or campaign went from one band to another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.bands import BANDS
from lists.models.mailing import Campaign, MailingList

_CHOICES = [(band.value, info.label) for band, info in BANDS.items()]


class BandChange(models.Model):
    """A list's (over the last month), or a campaign's (since it started), change of band.

    Only changes are rows: the newest one at a time says which band it was in then.
    """

    mailing_list = models.ForeignKey(
        MailingList, models.CASCADE, related_name="band_changes", verbose_name=_("list")
    )
    # None where the change is the list's own.
    campaign = models.ForeignKey(
        Campaign,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="band_changes",
        verbose_name=_("campaign"),
    )
    before = models.CharField(_("before"), max_length=16, choices=_CHOICES)
    after = models.CharField(_("after"), max_length=16, choices=_CHOICES)
    sent = models.PositiveBigIntegerField(_("sent"))
    bounced = models.PositiveBigIntegerField(_("bounced"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("change of band")
        verbose_name_plural = _("changes of band")
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=models.F("after")), name="bandchange_changes"
            )
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="bandchange_newest"),
            # The newest of each list, and of each campaign.
            models.Index(
                fields=["mailing_list", "-id"],
                condition=Q(campaign__isnull=True),
                name="bandchange_of_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign or self.mailing_list}: {self.before} → {self.after}"
