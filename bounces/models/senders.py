"""Who sends what is no proved bounce, counted by the hour."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SenderHour(models.Model):
    """How many turns of a loop, or messages that nothing proves, a sender sent in an hour (UTC)."""

    class Kind(models.TextChoices):
        AUTOREPLY = "autoreply", _("Automatic replies")
        CHALLENGE = "challenge", _("Challenges")
        DOUBLE_BOUNCE = "double-bounce", _("Bounces of bounces")
        OTHER = "other", _("Others")

    sender = models.CharField(_("sender"), max_length=320)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    hour = models.DateTimeField(_("hour"))
    seen = models.PositiveIntegerField(_("messages"), default=0)
    held = models.PositiveIntegerField(_("held back"), default=0)

    class Meta:
        verbose_name = _("loops and storms")
        verbose_name_plural = _("loops and storms")
        constraints = [
            models.UniqueConstraint(fields=["hour", "sender", "kind"], name="senderhour_once"),
        ]

    def __str__(self) -> str:
        return self.sender
