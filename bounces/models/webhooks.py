"""Where mail services report to: each endpoint has an address, keys and a provider of its own."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bounces.sources.sealing import seal, unseal
from lists.models import Campaign, MailingList

# A confirmation that nobody took up for this long is announced again.
_CONFIRM_AGAIN = timedelta(minutes=2)


class WebhookEndpoint(models.Model):
    """One address that one account of one mail service reports to."""

    # What `manage.py reseal` puts under a new key.
    SEALED = ("sealed_token", "sealed_secret", "sealed_basic_auth")

    name = models.CharField(_("name"), max_length=80, unique=True)
    provider = models.CharField(_("mail service"), max_length=32)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("An endpoint that is off refuses every request.")
    )
    # The address is a secret of its own: it is found by its digest, and shown from its sealed form.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed_token = models.TextField(editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    sealed_basic_auth = models.TextField(blank=True, editable=False)
    topics = models.TextField(
        _("allowed topics"),
        blank=True,
        help_text=_("Amazon SNS topics that may report here, one ARN a line."),
    )
    mailing_list = models.ForeignKey(
        MailingList,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("only for the list"),
        help_text=_("What it reports about other lists is kept as unverified. Empty: all lists."),
    )
    campaign = models.ForeignKey(
        Campaign,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("campaign of last resort"),
        help_text=_("Events that name none of your campaigns are counted for this one."),
    )
    counts_sent = models.BooleanField(
        _("count what was sent"),
        default=False,
        help_text=_(
            "Each mail that it reports as sent, delivered or bounced counts as sent, once. Leave "
            "it off where your application tells how many it sent: both would count double."
        ),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # Kept by the pipeline and by refusals, for people to see whether it works.
    requests = models.PositiveBigIntegerField(_("requests"), default=0, editable=False)
    events = models.PositiveBigIntegerField(_("events"), default=0, editable=False)
    refused = models.PositiveBigIntegerField(_("refused requests"), default=0, editable=False)
    last_event_at = models.DateTimeField(_("last event"), null=True, editable=False)
    last_error_at = models.DateTimeField(_("last error"), null=True, editable=False)
    last_error = models.CharField(_("what was wrong"), max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Give a new endpoint its address."""
        if not self.token_digest:
            self.renew_token()
        super().save(*args, **kwargs)

    def renew_token(self) -> None:
        """Make a new address; the old one is known no more once this is saved."""
        token = secrets.token_urlsafe(24)
        self.token_digest = digest_of_token(token)
        self.sealed_token = seal(token)

    @property
    def token(self) -> str:
        """The last part of its address. UnsealableError where its key is gone."""
        return unseal(self.sealed_token)

    @property
    def allowed_topics(self) -> tuple[str, ...]:
        """The topics' ARNs."""
        return tuple(self.topics.split())


def digest_of_token(token: str) -> str:
    """What an endpoint is found by."""
    return hashlib.sha256(token.encode()).hexdigest()


class TopicSubscriptionQuerySet(models.QuerySet):
    def overdue(self) -> TopicSubscriptionQuerySet:
        """Still to be confirmed, and not tried within the last minutes."""
        return self.filter(
            Q(tried_at__isnull=True) | Q(tried_at__lt=timezone.now() - _CONFIRM_AGAIN),
            state=TopicSubscription.State.PENDING,
        )


class TopicSubscription(models.Model):
    """Amazon SNS asks whether a topic may report to an endpoint; an allowed one is confirmed."""

    SEALED = ("sealed_url",)

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        FAILED = "failed", _("Failed")

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="subscriptions")
    topic = models.CharField(_("topic"), max_length=320)
    # SHA-256 of the address to confirm at: asked twice, it is one question.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed_url = models.TextField(editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last try"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=255, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)

    objects = TopicSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic subscription")
        verbose_name_plural = _("topic subscriptions")
        ordering = ["-asked_at"]
        indexes = [
            # The sweep reads only what is pending.
            models.Index(
                fields=["tried_at"],
                condition=Q(state="pending"),
                name="topicsubscription_pending",
            )
        ]

    def __str__(self) -> str:
        return self.topic


class Receipt(models.Model):
    """One mail to one person was counted as sent, or as delivered.

    The key (128 bits of a digest) is all that is needed to count it once; deliveries outnumber
    bounces by far, so they leave no event. Housekeeping deletes receipts that are too old for
    their event to be accepted again.
    """

    key = models.UUIDField(primary_key=True)
    day = models.DateField(db_index=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self) -> str:
        return str(self.key)
