"""What people are told of, once, and whether it reached them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bounceadmin.models.mails import Mail


class AlertQuerySet(models.QuerySet):
    def open(self) -> AlertQuerySet:
        """Those that still are so."""
        return self.filter(closed_at__isnull=True)


class Alert(models.Model):
    """Something that is wrong, from when it was noticed until it is over."""

    class Kind(models.TextChoices):
        BAND = "band", _("Band")
        SYSTEM = "system", _("System")

    class Level(models.IntegerChoices):
        NOTICE = 1, _("Notice")
        WARNING = 2, _("Warning")
        CRITICAL = 3, _("Critical")

    # What it is about, such as `band:3`: at most one is open for it.
    key = models.CharField(max_length=120, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    title = models.CharField(_("what"), max_length=200)
    detail = models.CharField(_("what to do"), max_length=500, blank=True)
    # Title and detail in other languages than the site's own, by language.
    said = models.JSONField(default=dict, editable=False)
    path = models.CharField(max_length=300, blank=True, editable=False)
    opened_at = models.DateTimeField(_("since"), default=timezone.now)
    # It was not so any more at this time; closed once that has lasted.
    clear_since = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at=None), name="alert_open_once"
            ),
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="alert_level_known"),
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="alert_newest")]

    def __str__(self) -> str:
        return self.title_in_words

    @property
    def title_in_words(self) -> str:
        """The title in the reader's language."""
        return self._said("title")

    @property
    def detail_in_words(self) -> str:
        """What to do in the reader's language."""
        return self._said("detail")

    def _said(self, name: str) -> str:
        return self.said.get(get_language() or "", {}).get(name, getattr(self, name))


class AlertDelivery(Mail):
    """One e-mail to one person about an alert at a level. The row is the queue."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"), choices=Alert.Level)

    class Meta:
        verbose_name = _("alert e-mail")
        verbose_name_plural = _("alert e-mails")
        constraints = [
            # No alert twice: a level is told to a person once.
            models.UniqueConstraint(
                fields=["alert", "user", "level"], name="alertdelivery_once_per_level"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="pending"), name="alertdelivery_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert} → {self.user}"
