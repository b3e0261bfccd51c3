"""Files that were handed in, piece by piece, and what could not be used of them."""

from __future__ import annotations

from django.db import models


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
