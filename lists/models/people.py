"""The people who are mailed and what they are subscribed to."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.addresses import domain_of, parse_address
from lists.models.mailing import MailingList


class Subscriber(models.Model):
    """One mailbox, known by the canonical form of its address."""

    address = models.CharField(_("address"), max_length=254)
    canonical = models.CharField(max_length=254, unique=True, editable=False)
    domain = models.CharField(_("domain"), max_length=253, db_index=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(condition=~models.Q(canonical=""), name="subscriber_has_address")
        ]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        self.set_address(self.address)

    def save(self, *args, **kwargs) -> None:
        self.set_address(self.address)
        super().save(*args, **kwargs)

    def set_address(self, text: str) -> None:
        """Take an address and its derived forms; ValidationError where it is none."""
        address = parse_address(text)
        if address is None:
            raise ValidationError({"address": _("Enter an address, local@domain.")})
        self.address = str(address)
        self.canonical = address.canonical(settings.FOLD_LOCAL_PART)
        self.domain = domain_of(self.canonical)


class Subscription(models.Model):
    """A subscriber on a list, with what its bounces have added up to."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        BOUNCED = "bounced", _("Bounced")
        REMOVED = "removed", _("Removed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    # Both are what another index begins with.
    subscriber = models.ForeignKey(
        Subscriber,
        models.CASCADE,
        related_name="subscriptions",
        db_index=False,
        verbose_name=_("subscriber"),
    )
    mailing_list = models.ForeignKey(
        MailingList,
        models.CASCADE,
        related_name="subscriptions",
        db_index=False,
        verbose_name=_("list"),
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ACTIVE)
    hard_bounces = models.PositiveIntegerField(_("hard bounces"), default=0)
    soft_score = models.FloatField(_("soft score"), default=0)
    soft_score_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When a person last lifted its suppression: probation counts from here.
    unsuppressed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_bounce_at = models.DateTimeField(_("last bounce"), null=True, blank=True)
    created_at = models.DateTimeField(_("subscribed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "mailing_list"], name="subscription_once_per_list"
            ),
            models.CheckConstraint(
                condition=models.Q(soft_score__gte=0), name="subscription_score_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "bounced", "removed", "unsubscribed"]),
                name="subscription_status_known",
            ),
        ]
        indexes = [
            # A cleaning takes them in turn; the API's pages begin behind one.
            models.Index(fields=["mailing_list", "status", "id"], name="subscription_in_turn")
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} / {self.mailing_list}"
