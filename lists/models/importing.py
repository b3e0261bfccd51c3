"""Files of suppressions that were handed in, and what came of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lists.models.choices import Scope, Stream
from lists.models.mailing import MailingList
from lists.models.stored_files import FileJob, RefusedRecord, StoredChunk


class SuppressionImport(FileJob):
    """A file of suppressions: first it is only counted, then, on a person's word, carried out."""

    TASK = "lists.tasks.run_suppression_import"

    class Stage(models.TextChoices):
        COUNTING = "counting", _("Counting")
        IMPORTING = "importing", _("Importing")

    stage = models.CharField(max_length=16, choices=Stage, default=Stage.COUNTING)
    format = models.CharField(_("format"), max_length=32, blank=True)
    # Field -> column, for files like no other.
    mapping = models.JSONField(default=dict, blank=True)
    scope = models.CharField(_("reaches"), max_length=16, choices=Scope, default=Scope.GLOBAL)
    stream = models.CharField(_("stream"), max_length=16, choices=Stream, blank=True, default="")
    mailing_list = models.ForeignKey(
        MailingList, models.SET_NULL, null=True, blank=True, verbose_name=_("list")
    )
    made = models.PositiveBigIntegerField(_("suppressed"), default=0)
    known = models.PositiveBigIntegerField(_("known already"), default=0)
    passed = models.PositiveBigIntegerField(_("passed over"), default=0)
    causes = models.JSONField(default=dict, blank=True)

    class Meta(FileJob.Meta):
        verbose_name = _("import of suppressions")
        verbose_name_plural = _("imports of suppressions")


class ImportChunk(StoredChunk):
    """A piece of the file."""

    job = models.ForeignKey(
        SuppressionImport, models.CASCADE, related_name="chunks", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="importchunk_once")]


class RefusedRow(RefusedRecord):
    """A record of a file that nothing could be done with."""

    job = models.ForeignKey(
        SuppressionImport, models.CASCADE, related_name="refused_rows", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="refusedrow_once")]
