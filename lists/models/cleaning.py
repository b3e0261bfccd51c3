"""Taking dead addresses off a list, many at once, so that it can be undone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.models.mailing import MailingList
from lists.models.people import Subscription


class CleaningQuerySet(models.QuerySet):
    def unfinished(self) -> CleaningQuerySet:
        """Those that a worker is at, or should be."""
        return self.filter(state__in=[Cleaning.State.RUNNING, Cleaning.State.UNDOING])


class Cleaning(models.Model):
    """One clean-up of one list. The row is the queue: `cursor` is how far it has come."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    mailing_list = models.ForeignKey(
        MailingList, models.CASCADE, related_name="cleanings", verbose_name=_("list")
    )
    # Names of `lists.cleaning.KINDS`, separated by commas.
    kinds = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RUNNING)
    expected = models.PositiveBigIntegerField(_("addresses to remove"))
    removed = models.PositiveBigIntegerField(_("addresses removed"), default=0)
    restored = models.PositiveBigIntegerField(_("addresses put back"), default=0)
    # The last subscription looked at, or while it is undone the last removal.
    cursor = models.BigIntegerField(default=0, editable=False)
    actor = models.CharField(_("who"), max_length=150)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    moved_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CleaningQuerySet.as_manager()

    class Meta:
        verbose_name = _("cleaning")
        verbose_name_plural = _("cleanings")
        ordering = ["-started_at", "-id"]
        constraints = [
            # Two at once would wait for each other and confuse people.
            models.UniqueConstraint(
                fields=["mailing_list"],
                condition=Q(state__in=["running", "undoing"]),
                name="cleaning_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing_list}, {self.started_at:%Y-%m-%d}"

    @property
    def percent(self) -> int:
        """How far it has come."""
        if self.state == self.State.UNDOING:
            part, whole = self.restored, self.removed
        else:
            part, whole = self.removed, self.expected
        return min(100, round(100 * part / whole)) if whole else 100


class Cleaned(models.Model):
    """A subscription that a cleaning removed, and what it was before."""

    cleaning = models.ForeignKey(Cleaning, models.CASCADE, related_name="cleaned")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="+")
    before = models.CharField(max_length=16, choices=Subscription.Status)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cleaning", "subscription"], name="cleaned_once")
        ]

    def __str__(self) -> str:
        return f"{self.cleaning_id} {self.subscription_id}"
