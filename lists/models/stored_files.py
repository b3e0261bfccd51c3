"""Files that were handed in, piece by piece, and what could not be used of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lists.models.jobs import Job


class FileJob(Job):
    """Works off a file, whose pieces are its `chunks`; it has `refused_rows`, too."""

    file_name = models.CharField(_("file"), max_length=255)
    shape = models.JSONField(default=dict, editable=False)
    # How far it is: records that are dealt with, and the byte behind them (-1: only counting tells)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    at_byte = models.BigIntegerField(default=-1)
    refused = models.PositiveBigIntegerField(_("refused rows"), default=0)

    class Meta:
        abstract = True
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["pending", "running"]),
                name="%(class)s_at_work",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class StoredChunk(models.Model):
    """A piece of a file. Kept until its job is over; the job has it as one of its `chunks`."""

    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"


class RefusedRecord(models.Model):
    """A record of a file that nothing could be done with; one of its job's `refused_rows`."""

    number = models.PositiveBigIntegerField()
    text = models.CharField(max_length=300)
    why = models.CharField(max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"
