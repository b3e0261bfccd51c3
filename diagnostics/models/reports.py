"""DMARC aggregate reports as they came in, and what each says of each sending address."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bounces.models import InboundMessage


class DmarcReport(models.Model):
    """One report of one receiver about one domain and day."""

    # What makes it the same report, by whatever road and however often it came.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    message = models.ForeignKey(
        InboundMessage, models.SET_NULL, null=True, related_name="+", verbose_name=_("message")
    )
    reporter = models.CharField(_("receiver"), max_length=255, blank=True)
    email = models.CharField(_("contact"), max_length=320, blank=True)
    report_id = models.CharField(_("report"), max_length=255, blank=True)
    domain = models.CharField(_("domain"), max_length=253)
    policy = models.CharField(_("policy"), max_length=16, blank=True)
    begin = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    count = models.PositiveBigIntegerField(_("messages"), default=0)
    passed = models.PositiveBigIntegerField(_("passed"), default=0)
    errors = models.JSONField(default=list)
    # Rows beyond those that are kept: their messages are in `count` all the same.
    rows_left_out = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("DMARC report")
        verbose_name_plural = _("DMARC reports")
        ordering = ["-end", "-id"]
        indexes = [models.Index(fields=["domain", "-end"], name="dmarcreport_of_domain")]

    def __str__(self) -> str:
        return f"{self.reporter}: {self.domain}"


class DmarcSource(models.Model):
    """What one report says of mail of one kind from one address."""

    report = models.ForeignKey(DmarcReport, models.CASCADE, related_name="sources")
    # Of the report, so that a page reads one table by one index.
    domain = models.CharField(max_length=253)
    day = models.DateField(_("day"))
    source_ip = models.GenericIPAddressField(_("sending address"))
    header_from = models.CharField(_("header From"), max_length=253, blank=True)
    envelope_from = models.CharField(_("envelope sender"), max_length=253, blank=True)
    count = models.PositiveBigIntegerField(_("messages"))
    disposition = models.CharField(_("what became of them"), max_length=16, blank=True)
    spf_aligned = models.BooleanField(_("SPF aligned"))
    dkim_aligned = models.BooleanField(_("DKIM aligned"))

    class Meta:
        indexes = [models.Index(fields=["domain", "day"], name="dmarcsource_of_domain")]

    def __str__(self) -> str:
        return f"{self.day} {self.source_ip}"
