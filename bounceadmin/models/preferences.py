"""How one person wants to see the site, and what to be told of."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    """Refuse what is no time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone of the list, such as Europe/Berlin."))


class Preferences(models.Model):
    """One person's. Who has no row has the defaults below."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences", primary_key=True
    )
    language = models.CharField(_("language"), max_length=16, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    tell_bands = models.BooleanField(
        _("A list gets into a worse band"), default=True, help_text=_("Attention, poor, critical.")
    )
    tell_system = models.BooleanField(
        _("Bounces do not arrive or cannot be processed"),
        default=True,
        help_text=_("A mailbox fails, nothing comes for long, a storm, messages that fail."),
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(
        _("quiet until"),
        null=True,
        blank=True,
        help_text=_("In your time zone. What happens then is told afterwards, if it still is so."),
    )

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preferences_quiet_has_both_ends",
                violation_error_message=_("Quiet times need both ends, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone, or the site's."""
        return zoneinfo.ZoneInfo(self.time_zone or settings.TIME_ZONE)
