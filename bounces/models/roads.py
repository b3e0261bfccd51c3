"""How each road does that messages come by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoadState(models.Model):
    """When a road last brought something, and when and how it last failed."""

    # `mailbox:7`, `listener`, `pipe`, `webhook:sendgrid`: whatever tells it from the others.
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    last_success_at = models.DateTimeField(_("last success"), null=True)
    last_error_at = models.DateTimeField(_("last error"), null=True)
    last_error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_failing(self) -> bool:
        """Whether its last news is bad."""
        return self.last_error_at is not None and (
            self.last_success_at is None or self.last_error_at > self.last_success_at
        )
