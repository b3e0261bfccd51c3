"""What bounces do to addresses and lists in each stream, editable by an admin."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lists.bands import Thresholds
from lists.models.choices import Scope, Stream
from lists.policy import Policy

_PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class StreamPolicy(models.Model):
    """The policy and the bands of one stream."""

    stream = models.CharField(_("stream"), max_length=16, choices=Stream, unique=True)
    attention_from = models.FloatField(
        _("attention from"), default=2, validators=_PERCENT, help_text=_("Bounce rate, percent.")
    )
    poor_from = models.FloatField(_("poor from"), default=5, validators=_PERCENT)
    critical_above = models.FloatField(_("critical above"), default=10, validators=_PERCENT)
    enough_sent = models.PositiveIntegerField(
        _("enough sent to judge"),
        default=100,
        help_text=_("With fewer recipients sent to, the band claims nothing."),
    )
    hard_suppress_at = models.PositiveSmallIntegerField(
        _("suppress at hard bounce"), default=1, validators=[MinValueValidator(1)]
    )
    hard_remove_at = models.PositiveSmallIntegerField(
        _("remove at hard bounce"), default=3, validators=[MinValueValidator(1)]
    )
    soft_suppress_at = models.FloatField(
        _("suppress at soft score"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("Each soft bounce adds one point."),
    )
    soft_half_life_days = models.FloatField(
        _("soft score halves in"),
        default=14,
        validators=[MinValueValidator(0.1)],
        help_text=_("Days until half of the score is forgotten."),
    )
    suppression_scope = models.CharField(
        _("a suppression reaches"), max_length=16, choices=Scope, default=Scope.STREAM
    )

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["stream"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attention_from__lte=F("poor_from"))
                & Q(poor_from__lte=F("critical_above")),
                name="policy_bands_in_order",
                violation_error_message=_("The bands must rise: attention, poor, critical."),
            ),
            models.CheckConstraint(
                condition=Q(hard_suppress_at__gte=1) & Q(hard_remove_at__gte=F("hard_suppress_at")),
                name="policy_removes_after_suppressing",
                violation_error_message=_("Removal cannot come before suppression."),
            ),
            models.CheckConstraint(
                condition=Q(soft_suppress_at__gt=0) & Q(soft_half_life_days__gt=0),
                name="policy_soft_positive",
                violation_error_message=_("Score and half-life must be above zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_stream_display()

    @property
    def thresholds(self) -> Thresholds:
        """The bands, as the pure rooms take them."""
        return Thresholds(
            attention_from=self.attention_from,
            poor_from=self.poor_from,
            critical_above=self.critical_above,
            enough_sent=self.enough_sent,
        )

    @property
    def rules(self) -> Policy:
        """What bounces do, as the pure rooms take it."""
        return Policy(
            hard_suppress_at=self.hard_suppress_at,
            hard_remove_at=self.hard_remove_at,
            soft_suppress_at=self.soft_suppress_at,
            soft_half_life_days=self.soft_half_life_days,
        )
