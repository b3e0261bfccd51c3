"""Work that goes on in the background for longer than a request: its state is a row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """What is to be done, how far it is, and who is at it. `lists.jobs` moves it on."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for your word")
        PENDING = "pending", _("About to go on")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    # The Celery task that works it off, called with the row's id.
    TASK: ClassVar[str]

    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PENDING)
    done = models.PositiveBigIntegerField(default=0, editable=False)
    total = models.PositiveBigIntegerField(default=0, editable=False)
    created_by = models.CharField(_("who"), max_length=150)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    # Its worker was alive then; and which turn it is, so that a worker taken for dead is refused.
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    turn = models.PositiveIntegerField(default=0, editable=False)
    # Turns in a row that ended with the worker's death.
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.PENDING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
