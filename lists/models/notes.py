"""What was done about a list, for its charts to show beside what happened then."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists.models.mailing import Campaign, MailingList


class Note(models.Model):
    """Something that people did, or want remembered, at a time."""

    class What(models.TextChoices):
        REMARK = "remark", _("Remark")
        POLICY = "policy", _("Policy changed")
        CLEANED = "cleaned", _("List cleaned")
        PAUSED = "paused", _("Campaign paused")
        RESUMED = "resumed", _("Campaign resumed")

    # None where it is about a whole stream, or everything.
    mailing_list = models.ForeignKey(
        MailingList, models.CASCADE, null=True, blank=True, related_name="notes"
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="notes"
    )
    stream = models.CharField(max_length=16, blank=True, default="")
    what = models.CharField(_("what"), max_length=16, choices=What, default=What.REMARK)
    text = models.CharField(_("text"), max_length=300)
    actor = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something")
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="note_newest"),
            models.Index(fields=["mailing_list", "-at"], name="note_of_list"),
        ]

    def __str__(self) -> str:
        return self.text
