"""Who is told, what, and what came of it. The tables are the queue."""

from __future__ import annotations

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.outgoing import kinds, signing
from network.addresses import AddressPolicy

# A worker that has not finished a delivery after this long is taken for dead.
CLAIM_LASTS = timedelta(minutes=5)
# How long the secret before a rotation goes on signing too.
OLD_SECRET_LASTS = timedelta(hours=24)


def address_policy() -> AddressPolicy:
    """Where webhooks may go: nowhere inside, but for the networks that the setting names."""
    return AddressPolicy.allowing(settings.WEBHOOK_ALLOWED_NETWORKS)


class Endpoint(models.Model):
    """An address of another system, and what it wants to be told."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.URLField(_("URL"), max_length=500)
    kinds = models.JSONField(_("told when"), default=list)
    enabled = models.BooleanField(_("enabled"), default=True)
    # The secret is derived from the key of the installation and this: nothing to keep or to leak.
    secret_generation = models.PositiveIntegerField(default=1, editable=False)
    rotated_at = models.DateTimeField(_("secret made"), default=timezone.now, editable=False)
    # Tries that failed since the last that did not; the more, the longer it is left alone.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    quiet_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("outgoing webhook")
        verbose_name_plural = _("outgoing webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValidationError({"url": _("Enter an address that begins with https://.")})
        if parts.username or parts.password:
            raise ValidationError(
                {"url": _("Leave out name and password: every delivery is signed instead.")}
            )
        refusal = address_policy().refusal(parts.hostname)
        if refusal and "is no IP address" not in refusal:
            raise ValidationError({"url": refusal})

    @property
    def secret(self) -> str:
        """The secret that the receiver verifies signatures with."""
        return signing.secret(settings.SECRET_KEY, self.pk, self.secret_generation)

    def signing_secrets(self, now) -> list[str]:
        """What signs a delivery: the secret, and those that a receiver may still have."""
        generations = [self.secret_generation]
        if self.secret_generation > 1 and now < self.rotated_at + OLD_SECRET_LASTS:
            generations.append(self.secret_generation - 1)
        return [
            signing.secret(key, self.pk, generation)
            for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
            for generation in generations
        ]


def _new_public_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


class Message(models.Model):
    """Something that happened, as text: each try and each endpoint gets the same."""

    # What receivers recognise one by that comes twice.
    public_id = models.CharField(max_length=40, unique=True, default=_new_public_id)
    kind = models.CharField(
        _("what"), max_length=32, choices=[*kinds.KINDS.items(), (kinds.TEST, _("A test"))]
    )
    body = models.TextField()
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        indexes = [models.Index(fields=["created_at"], name="outgoing_message_age")]

    def __str__(self) -> str:
        return self.public_id


class DeliveryQuerySet(models.QuerySet):
    def due(self, now) -> DeliveryQuerySet:
        """Those to be tried now: their time has come, and nobody is at them."""
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LASTS),
            Q(endpoint__quiet_until__isnull=True) | Q(endpoint__quiet_until__lte=now),
            state=Delivery.State.PENDING,
            next_try_at__lte=now,
            endpoint__enabled=True,
        )


class Delivery(models.Model):
    """One message to one endpoint, and how far it has come."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        PARKED = "parked", _("Given up")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    # Of the last try.
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("took (ms)"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    error = models.CharField(_("error"), max_length=255, blank=True)
    # Every try, in short; there are never more than `backoff.MOST_TRIES`, and those asked for.
    tries = models.JSONField(default=list)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "endpoint"], name="delivery_once_per_endpoint"
            )
        ]
        indexes = [
            # What is due is found among what is pending, however long the log is.
            models.Index(
                fields=["endpoint", "next_try_at"],
                condition=Q(state="pending"),
                name="delivery_pending",
            ),
            models.Index(fields=["-created_at", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.endpoint}"

    @property
    def done_ok(self) -> bool:
        """Whether the receiver has it."""
        return self.state == Delivery.State.DELIVERED
