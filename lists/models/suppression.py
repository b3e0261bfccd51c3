"""Addresses that must not be mailed, and the log of every change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.looking import Served
from lists.models.choices import Scope, Stream
from lists.models.mailing import MailingList
from lists.pseudonyms import MARK, is_pseudonym

_FORGOTTEN = Q(address__startswith=MARK) & ~Q(address__contains="@")


class SuppressionQuerySet(models.QuerySet):
    def active(self, now=None) -> SuppressionQuerySet:
        """Those in force: not lifted, not run out."""
        now = now or timezone.now()
        return self.filter(Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True)

    def forgotten(self) -> SuppressionQuerySet:
        """Those whose address made room for its pseudonym."""
        return self.filter(_FORGOTTEN)

    def for_list(self, mailing_list: MailingList) -> SuppressionQuerySet:
        """Those that forbid mailing this list."""
        return self.filter(
            Q(scope=Scope.GLOBAL)
            | Q(scope=Scope.STREAM, stream=mailing_list.stream)
            | Q(scope=Scope.LIST, mailing_list=mailing_list)
        )


class Suppression(models.Model):
    """One address that must not be mailed, how far that reaches, and why."""

    class Cause(models.TextChoices):
        HARD = "hard", _("Hard bounce")
        SOFT = "soft", _("Repeated soft bounces")
        COMPLAINT = "complaint", _("Complaint")
        UNSUBSCRIBE = "unsubscribe", _("Unsubscribed elsewhere")
        MANUAL = "manual", _("Added by hand")
        IMPORT = "import", _("Imported")

    SERVED = (
        Served("address"),
        Served("domain"),
        Served("cause", but=(Cause.HARD,)),
    )

    # The address itself, not a subscriber: it stays suppressed when the subscriber is deleted.
    address = models.CharField(_("address"), max_length=254)
    domain = models.CharField(_("domain"), max_length=253, editable=False)
    scope = models.CharField(_("reaches"), max_length=16, choices=Scope)
    stream = models.CharField(_("stream"), max_length=16, choices=Stream, blank=True, default="")
    mailing_list = models.ForeignKey(
        MailingList, models.CASCADE, null=True, blank=True, verbose_name=_("list")
    )
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    # `lists` does not know `bounces`: the event that gave cause is named by its public key.
    evidence = models.CharField(_("evidence"), max_length=64, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="global", stream="", mailing_list=None)
                | (Q(scope="stream", mailing_list=None) & ~Q(stream=""))
                | Q(scope="list", stream="", mailing_list__isnull=False),
                name="suppression_scope_matches",
            ),
            # One in force for an address and scope; lifted ones stay as history.
            models.UniqueConstraint(
                fields=["address"],
                condition=Q(scope="global", lifted_at=None),
                name="suppression_once_globally",
            ),
            models.UniqueConstraint(
                fields=["address", "stream"],
                condition=Q(scope="stream", lifted_at=None),
                name="suppression_once_per_stream",
            ),
            models.UniqueConstraint(
                fields=["address", "mailing_list"],
                condition=Q(scope="list", lifted_at=None),
                name="suppression_once_per_list",
            ),
        ]
        indexes = [
            models.Index(fields=["address"], name="suppression_by_address"),
            # Whether there is one at all: without, nobody's pseudonym needs to be worked out.
            models.Index(fields=["id"], condition=_FORGOTTEN, name="suppression_forgotten"),
            # Newest first, as the admin lists them.
            models.Index(fields=["-since", "-id"], name="suppression_newest"),
            models.Index(fields=["domain", "-since", "-id"], name="suppression_of_domain"),
            # By cause; of hard bounces there are so many that the newest are searched.
            models.Index(
                fields=["cause", "-since", "-id"],
                condition=~Q(cause="hard"),
                name="suppression_of_rare_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_address} ({self.reach})"

    @property
    def shown_address(self) -> str:
        """The address, or in words that it was forgotten."""
        if is_pseudonym(self.address):
            return _("forgotten address %(token)s") % {"token": self.address[:9]}
        return self.address

    @property
    def reach(self) -> str:
        """How far it reaches, in words."""
        if self.scope == Scope.STREAM:
            return self.get_stream_display()
        return str(self.mailing_list) if self.scope == Scope.LIST else self.get_scope_display()


class SuppressionLog(models.Model):
    """What happened to an address, who or what did it, when, why and on which evidence.

    Append-only: the database refuses to change a row, except that an address may be forgotten. It
    names its suppression by number and keeps the address, so that it survives both.
    """

    class What(models.TextChoices):
        SUPPRESSED = "suppressed", _("Suppressed")
        UNSUPPRESSED = "unsuppressed", _("Unsuppressed")
        REMOVED = "removed", _("Removed from the list")
        RESTORED = "restored", _("Put back on the list")
        ERASED = "erased", _("Personal data erased")

    SERVED = (Served("address"),)

    suppression_id = models.BigIntegerField(null=True, blank=True)
    address = models.CharField(_("address"), max_length=254)
    what = models.CharField(_("what"), max_length=16, choices=What)
    reach = models.CharField(_("reaches"), max_length=120, blank=True)
    actor = models.CharField(_("who"), max_length=150)
    why = models.CharField(_("why"), max_length=500)
    evidence = models.CharField(_("evidence"), max_length=64, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("suppression log")
        indexes = [
            models.Index(fields=["address", "-at"], name="suppressionlog_of_address"),
            models.Index(fields=["-at", "-id"], name="suppressionlog_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.address}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("The log is append-only."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("The log is append-only."))
