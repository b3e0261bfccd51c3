"""Reports of sends as they were taken: each counts once, however often it comes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.models.mailing import Campaign


class SendReport(models.Model):
    """One report of how many were sent, who made it and what came of it.

    Its key makes it count once: the same report under the same key is answered from `outcome`.
    """

    class Source(models.TextChoices):
        API = "api", _("API")
        CSV = "csv", _("CSV file")

    # Given by whoever reports, within a name space of its own; without one it always counts.
    key = models.CharField(_("key"), max_length=255, unique=True, null=True, blank=True)
    # SHA-256 of what was reported: another report under the same key is refused.
    digest = models.CharField(max_length=64, editable=False)
    source = models.CharField(_("source"), max_length=16, choices=Source)
    actor = models.CharField(_("who"), max_length=150)
    # A file may be about many campaigns.
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, verbose_name=_("campaign")
    )
    outcome = models.JSONField(_("outcome"), default=dict)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("report of sends")
        verbose_name_plural = _("reports of sends")
        indexes = [models.Index(fields=["-created_at", "-id"], name="sendreport_newest")]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.created_at:%Y-%m-%d %H:%M}"
