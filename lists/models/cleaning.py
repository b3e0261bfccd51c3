"""Taking dead addresses off a list, many at once, so that it can be undone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lists.models.jobs import Job
from lists.models.mailing import MailingList
from lists.models.people import Subscription


class Cleaning(Job):
    """One clean-up of one list, or its undoing: `done` are the addresses removed, or put back."""

    TASK = "lists.tasks.clean"

    mailing_list = models.ForeignKey(
        MailingList, models.CASCADE, related_name="cleanings", verbose_name=_("list")
    )
    # Names of `lists.cleaning.KINDS`, separated by commas.
    kinds = models.CharField(max_length=64)
    is_undo = models.BooleanField(default=False, editable=False)
    # The last subscription looked at, or while it is undone the last removal.
    cursor = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("cleaning")
        verbose_name_plural = _("cleanings")
        ordering = ["-created_at", "-id"]
        constraints = [
            # Two at once would wait for each other and confuse people.
            models.UniqueConstraint(
                fields=["mailing_list"],
                condition=Q(state__in=["pending", "running"]),
                name="cleaning_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing_list}, {self.created_at:%Y-%m-%d}"

    @property
    def removed(self) -> int:
        """How many addresses it took off the list."""
        return self.total if self.is_undo else self.done

    @property
    def can_be_undone(self) -> bool:
        """Once; or again where the undoing failed."""
        is_done = self.state == self.State.DONE and not self.is_undo
        return is_done or self.state == self.State.FAILED

    @property
    def state_in_words(self) -> str | Promise:
        """The state, which tells undoing from cleaning."""
        if self.is_undo and self.is_at_work:
            return _("Being undone")
        if self.is_undo and self.state == self.State.DONE:
            return _("Undone")
        return self.get_state_display()


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
