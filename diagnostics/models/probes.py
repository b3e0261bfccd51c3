"""Round trips: probes to nobody that must come back, and their schedules."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bounces.models import InboundMessage
from lists.models import Campaign

# A worker that has not sent a probe after this long is taken for dead.
SENDING_LASTS = timedelta(minutes=5)


class ProbeSchedule(models.Model):
    """A campaign whose way back is tried again and again."""

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, related_name="probe_schedule", verbose_name=_("campaign")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    every_minutes = models.PositiveIntegerField(
        _("every"),
        default=360,
        validators=[MinValueValidator(15), MaxValueValidator(7 * 24 * 60)],
        help_text=_("Minutes between probes, at least 15."),
    )
    wait_minutes = models.PositiveIntegerField(
        _("alarm after"),
        default=30,
        validators=[MinValueValidator(2), MaxValueValidator(24 * 60)],
        help_text=_("Minutes that a probe may take to come back."),
    )
    next_at = models.DateTimeField(_("next"), default=timezone.now)

    class Meta:
        verbose_name = _("round-trip schedule")
        verbose_name_plural = _("round-trip schedules")
        ordering = ["campaign"]

    def __str__(self) -> str:
        return str(self.campaign)


class ProbeQuerySet(models.QuerySet):
    def ended(self) -> ProbeQuerySet:
        """Those whose result is known."""
        return self.filter(state__in=[Probe.State.RETURNED, Probe.State.FAILED, Probe.State.LOST])

    def to_send(self) -> ProbeQuerySet:
        """Those that are to be sent and that no living worker is sending."""
        dead = timezone.now() - SENDING_LASTS
        return self.filter(
            Q(state=Probe.State.PENDING) | Q(state=Probe.State.SENDING, claimed_at__lt=dead)
        )


class Probe(models.Model):
    """One message to an address that cannot exist, and its bounce."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("On its way")
        RETURNED = "returned", _("Came back")
        FAILED = "failed", _("Was not sent")
        LOST = "lost", _("Did not come back")

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="probes", verbose_name=_("campaign")
    )
    schedule = models.ForeignKey(
        ProbeSchedule, models.SET_NULL, null=True, blank=True, related_name="probes"
    )
    domain = models.CharField(_("bounce domain"), max_length=253)
    recipient = models.CharField(_("to"), max_length=254, unique=True)
    return_path = models.CharField(_("envelope sender"), max_length=254)
    message_id = models.CharField(_("Message-ID"), max_length=255, unique=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    wait_minutes = models.PositiveIntegerField(default=30)
    # The legs.
    handed_at = models.DateTimeField(_("taken by the relay"), null=True, blank=True)
    relay_reply = models.TextField(_("the relay said"), blank=True)
    delayed_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(_("bounce arrived"), null=True, blank=True)
    understood_at = models.DateTimeField(_("bounce understood"), null=True, blank=True)
    bounce = models.ForeignKey(
        InboundMessage, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    error = models.TextField(_("error"), blank=True)
    # What the error was made of, to say it in the reader's language.
    error_said = models.JSONField(default=dict, editable=False)

    objects = ProbeQuerySet.as_manager()

    class Meta:
        verbose_name = _("round trip")
        verbose_name_plural = _("round trips")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "sent", "returned", "failed", "lost"]),
                name="probe_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["pending", "sending", "sent"]),
                name="probe_unfinished",
            ),
            models.Index(fields=["domain", "-created_at"], name="probe_of_domain"),
            models.Index(fields=["-created_at", "-id"], name="probe_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.get_state_display()}"

    @property
    def is_finished(self) -> bool:
        """True where nothing more is waited for."""
        return self.state in (self.State.RETURNED, self.State.FAILED, self.State.LOST)

    @property
    def deadline(self):
        """When it is taken for lost, once the relay has it."""
        since = self.handed_at or self.created_at
        return since + timedelta(minutes=self.wait_minutes)
