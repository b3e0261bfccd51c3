"""What bounces do to addresses in each stream, or on a list of its own mind; edited by an admin."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lists.bands import Thresholds
from lists.models.choices import Scope, Stream
from lists.models.mailing import MailingList
from lists.policy import SOFT_POINTS, Action, Policy, Unverified

_PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
_DAYS = [MaxValueValidator(3650)]
MOST_POINTS = 100


def default_soft_points() -> dict[str, float]:
    return dict(SOFT_POINTS)


def validate_soft_points(value: object) -> None:
    """Refuse what is no table of known reasons and points from 0 to 100."""
    if not isinstance(value, dict) or not set(value) <= set(SOFT_POINTS):
        raise ValidationError(_("Points are given to reasons of soft bounces only."))
    for points in value.values():
        if isinstance(points, bool) or not isinstance(points, int | float):
            raise ValidationError(_("Points are numbers."))
        if not 0 <= points <= MOST_POINTS:
            raise ValidationError(_("Points go from 0 to 100."))


class PolicyRules(models.Model):
    """The columns of a `Policy`."""

    class ComplaintAction(models.TextChoices):
        COUNTED = Action.COUNTED.value, _("Count it, and go on mailing the person")
        SUPPRESS = Action.SUPPRESS.value, _("Suppress the address")
        REMOVE = Action.REMOVE.value, _("Suppress the address and take it off the list")

    class ProbationAction(models.TextChoices):
        SUPPRESS = Action.SUPPRESS.value, _("Suppress it again at once")
        REMOVE = Action.REMOVE.value, _("Suppress it and take it off the list")

    class UnverifiedMay(models.TextChoices):
        NOTHING = Unverified.NOTHING.value, _("Nothing: they are kept and shown")
        SCORE = Unverified.SCORE.value, _("Add points, as a soft bounce does")
        EVERYTHING = Unverified.EVERYTHING.value, _("Everything, as if they were proved")

    hard_suppress_at = models.PositiveSmallIntegerField(
        _("suppress at hard bounce number"), default=1, validators=[MinValueValidator(1)]
    )
    hard_remove_at = models.PositiveSmallIntegerField(
        _("take off the list at hard bounce number"), default=3, validators=[MinValueValidator(1)]
    )
    soft_suppress_at = models.FloatField(
        _("suppress at a score of"), default=5, validators=[MinValueValidator(1)]
    )
    soft_half_life_days = models.FloatField(
        _("the score halves every … days"),
        default=14,
        validators=[MinValueValidator(0.1), *_DAYS],
        help_text=_("So that one bad week is forgotten in time."),
    )
    soft_cool_off_days = models.PositiveSmallIntegerField(
        _("and is mailed again after … days"),
        default=30,
        validators=_DAYS,
        help_text=_("0 suppresses for good, until a person lifts it."),
    )
    soft_points = models.JSONField(
        _("points"), default=default_soft_points, validators=[validate_soft_points]
    )
    complaint_action = models.CharField(
        _("when a person reports spam"),
        max_length=16,
        choices=ComplaintAction,
        default=ComplaintAction.SUPPRESS,
    )
    complaint_scope = models.CharField(
        _("which reaches"), max_length=16, choices=Scope, default=Scope.STREAM
    )
    suppression_scope = models.CharField(
        _("a bounced address is kept from"), max_length=16, choices=Scope, default=Scope.STREAM
    )
    unverified = models.CharField(
        _("bounces that nothing proves may do"),
        max_length=16,
        choices=UnverifiedMay,
        default=UnverifiedMay.NOTHING,
        help_text=_(
            "“Everything” is risky: anyone who can write to a campaign's bounce address can then "
            "have addresses suppressed. Use it only where signed return paths are impossible."
        ),
    )
    believe_origin = models.BooleanField(
        _("believe bounces whose server is proved to be the recipient's own"),
        default=False,
        help_text=_(
            "Proved by the address of the server that hands the bounce over (it is an MX of the "
            "recipient's domain), or by SPF or DKIM of that domain or of its MX's. That proves "
            "that the report comes from the recipient's provider, not that you sent the mail; so "
            "it also takes that the recipient is a subscriber of the list, and that the campaign "
            "was sent in the last 14 days. A customer of the same provider who can send with an "
            "empty envelope sender could still forge one."
        ),
    )
    probation_days = models.PositiveSmallIntegerField(
        _("days on probation"),
        default=30,
        validators=_DAYS,
        help_text=_("0 is no probation."),
    )
    probation_action = models.CharField(
        _("a hard bounce in that time"),
        max_length=16,
        choices=ProbationAction,
        default=ProbationAction.SUPPRESS,
    )

    RULES = (
        "hard_suppress_at",
        "hard_remove_at",
        "soft_suppress_at",
        "soft_half_life_days",
        "soft_cool_off_days",
        "soft_points",
        "complaint_action",
        "complaint_scope",
        "suppression_scope",
        "unverified",
        "believe_origin",
        "probation_days",
        "probation_action",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(hard_suppress_at__gte=1) & Q(hard_remove_at__gte=F("hard_suppress_at")),
                name="%(class)s_removes_after_suppressing",
                violation_error_message=_("Removal cannot come before suppression."),
            ),
            models.CheckConstraint(
                condition=Q(soft_suppress_at__gt=0) & Q(soft_half_life_days__gt=0),
                name="%(class)s_soft_positive",
                violation_error_message=_("Score and half-life must be above zero."),
            ),
        ]

    @property
    def rules(self) -> Policy:
        """What bounces do, as the pure rooms take it."""
        return Policy(
            hard_suppress_at=self.hard_suppress_at,
            hard_remove_at=self.hard_remove_at,
            soft_suppress_at=self.soft_suppress_at,
            soft_half_life_days=self.soft_half_life_days,
            soft_cool_off_days=self.soft_cool_off_days,
            soft_points={**SOFT_POINTS, **self.soft_points},
            complaint_action=Action(self.complaint_action),
            unverified=Unverified(self.unverified),
            believe_origin=self.believe_origin,
            probation_days=self.probation_days,
            probation_action=Action(self.probation_action),
            bounce_reach=self.suppression_scope,
            complaint_reach=self.complaint_scope,
        )

    def rule_values(self) -> dict[str, object]:
        """The columns of the rules, fit for JSON and for `set_rules`."""
        return {name: getattr(self, name) for name in self.RULES}

    def set_rules(self, values: dict[str, object]) -> None:
        """Take over what `rule_values` gave of this or another policy."""
        for name in self.RULES:
            setattr(self, name, values[name])


class StreamPolicy(PolicyRules):
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

    class Meta(PolicyRules.Meta):
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["stream"]
        constraints = [
            *PolicyRules.Meta.constraints,
            models.CheckConstraint(
                condition=Q(attention_from__lte=F("poor_from"))
                & Q(poor_from__lte=F("critical_above")),
                name="policy_bands_in_order",
                violation_error_message=_("The bands must rise: attention, poor, critical."),
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


class ListPolicy(PolicyRules):
    """The policy of one list that does not follow its stream's. The bands stay the stream's."""

    mailing_list = models.OneToOneField(
        MailingList, models.CASCADE, related_name="own_policy", verbose_name=_("list")
    )

    class Meta(PolicyRules.Meta):
        verbose_name = _("list's own policy")
        verbose_name_plural = _("lists' own policies")
        ordering = ["mailing_list__name"]

    def __str__(self) -> str:
        return str(self.mailing_list)
