"""Files of how many were sent that were handed in, and what came of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lists.models.mailing import Campaign
from lists.models.reports import SendReport
from lists.models.stored_files import FileJob, RefusedRecord, StoredChunk


class SendImport(FileJob):
    """A file of sends: first it is only read, then, on a person's word, counted."""

    TASK = "lists.tasks.run_send_import"

    class Stage(models.TextChoices):
        READING = "reading", _("Reading")
        COUNTING = "counting", _("Counting")

    stage = models.CharField(max_length=16, choices=Stage, default=Stage.READING)
    # SHA-256 of the file: it counts once.
    digest = models.CharField(max_length=64, editable=False)
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, verbose_name=_("campaign")
    )
    replace = models.BooleanField(default=False)
    again = models.BooleanField(default=False)
    # While it is read, what the rows say; then, by how much the counts have changed.
    sent = models.BigIntegerField(_("sent"), default=0)
    delivered = models.BigIntegerField(_("delivered"), default=0)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    # What keeps the file from being counted twice, from when counting begins.
    report = models.OneToOneField(
        SendReport, models.SET_NULL, null=True, blank=True, related_name="send_import"
    )

    class Meta(FileJob.Meta):
        verbose_name = _("file of sends")
        verbose_name_plural = _("files of sends")

    @property
    def is_half_counted(self) -> bool:
        """Whether it was stopped, or failed, with only a part counted."""
        return self.stage == self.Stage.COUNTING and self.state in (
            self.State.CANCELLED,
            self.State.FAILED,
        )


class SendImportChunk(StoredChunk):
    """A piece of the file."""

    job = models.ForeignKey(SendImport, models.CASCADE, related_name="chunks", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="sendimportchunk_once")
        ]


class RefusedSendRow(RefusedRecord):
    """A record that says nothing that can be counted."""

    job = models.ForeignKey(SendImport, models.CASCADE, related_name="refused_rows", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="refusedsendrow_once")
        ]
