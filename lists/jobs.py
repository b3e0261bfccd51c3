"""Moving jobs on: a worker claims one for a turn of some seconds, then it waits for its next.

Short turns let other work in between, let a worker stop quickly, and make a job go on after any
death where its last committed step was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

from django.apps import apps
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from lists import kept_words, tidying
from lists.announcing import announce
from lists.models import (
    ImportChunk,
    PolicyDryRun,
    RefusedRow,
    RefusedSendRow,
    SendImport,
    SuppressionImport,
)
from lists.models.jobs import Job

log = logging.getLogger(__name__)

TURN_SECONDS = 5.0
# A worker that has not been heard of for this long is taken for dead.
DEAD_AFTER = timedelta(minutes=2)
MOST_DEATHS = 3
# Files that nobody gave the word for, refused rows and dry runs are kept this long.
KEPT = timedelta(days=30)
State = Job.State
J = TypeVar("J", bound=Job)


class NotOursError(Exception):
    """The job was cancelled, or another worker has it: leave everything as it is."""


class Turn:
    """How long a worker may go on. The clock starts when it is first asked, after a first step.

    So finding the place again costs no turn, and every turn gets somewhere.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began: float | None = None

    @property
    def is_over(self) -> bool:
        self._began = self._began or time.monotonic()
        return time.monotonic() >= self._began + self._seconds


def start(job: Job) -> None:
    """Let workers begin or go on with a saved job."""
    type(job).objects.filter(pk=job.pk).update(state=State.PENDING, error="", finished_at=None)
    announce(job.TASK, job.pk)


def cancel(job: Job) -> bool:
    """Stop a job that is not over; what it has done stays. Whether there was one to stop."""
    live = type(job).objects.filter(
        pk=job.pk, state__in=[State.WAITING, State.PENDING, State.RUNNING]
    )
    return bool(live.update(state=State.CANCELLED, finished_at=timezone.now()))


def run(
    model: type[J], pk: int, work: Callable[[J, Turn], bool], seconds: float = TURN_SECONDS
) -> None:
    """Give job `pk` a turn of `work`, which returns whether all is done.

    `work` commits its steps, each with `step` in its transaction. Safe to call twice and at once.
    Database trouble is raised; any other error ends the job with a sentence.
    """
    job = _claim(model, pk)
    if job is None:
        return
    try:
        is_done = work(job, Turn(seconds))
    except NotOursError:
        return
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("Job %s %s failed", model.__name__, pk)
        _end(job, State.FAILED, f"{type(error).__name__}: {error}")
        return
    if is_done:
        _end(job, State.DONE)
    elif _ours(job).update(state=State.PENDING):
        announce(job.TASK, job.pk)


def step(job: Job, **fields: object) -> None:
    """Write down how far a claimed job is. Call it in the transaction of what was done.

    NotOursError where it was cancelled or taken over: the transaction must not be committed.
    """
    if not _ours(job).update(beat_at=timezone.now(), deaths=0, **fields):
        raise NotOursError


def sweep() -> int:
    """Announce the jobs that no living worker is at; return how many."""
    found = 0
    for model in _models():
        for pk in _free(model).values_list("pk", flat=True):
            announce(model.TASK, pk)
            found += 1
    return found


def release_claims() -> None:
    """Forget all claims: for the start of a process that is known to be the only worker."""
    for model in _models():
        model.objects.filter(state=State.RUNNING).update(state=State.PENDING)


def delete_old() -> Iterator[int]:
    """Delete jobs, with what they hold of people, so long after they were asked for.

    An import is evidence of its suppressions: its row stays, what was refused and a file that
    nobody gave the word for do not. Yields how many rows, at least; a file goes as a whole.
    """
    before = timezone.now() - KEPT
    yield from tidying.delete(PolicyDryRun.objects.filter(created_at__lt=before))
    # What was counted has its report, which stays longer.
    files = _not_at_work(SendImport.objects.filter(created_at__lt=before))
    yield from tidying.delete(RefusedSendRow.objects.filter(job__in=files))
    yield from tidying.delete(files, at_once=1)
    old = SuppressionImport.objects.filter(created_at__lt=before)
    yield from tidying.delete(RefusedRow.objects.filter(job__in=old))
    for job in old.filter(state=State.WAITING):
        cancel(job)
    left = ImportChunk.objects.filter(job__in=_not_at_work(old))
    for pk in left.order_by("job").values_list("job", flat=True).distinct():
        yield left.filter(job=pk).delete()[0]


def _claim(model: type[J], pk: int) -> J | None:
    now = timezone.now()
    with transaction.atomic():
        job = _free(model).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if job is None:
            return None
        job.deaths += job.state == State.RUNNING
        if job.deaths > MOST_DEATHS:
            model.objects.filter(pk=pk).update(
                state=State.FAILED,
                finished_at=now,
                error=kept_words.WORKER_DIED % {"n": job.deaths},
            )
            return None
        job.turn += 1
        job.state = State.RUNNING
        model.objects.filter(pk=pk).update(
            state=State.RUNNING, beat_at=now, turn=F("turn") + 1, deaths=job.deaths
        )
    return job


def _free(model: type[J]):
    overdue = timezone.now() - DEAD_AFTER
    return model.objects.filter(
        Q(state=State.PENDING) | Q(state=State.RUNNING, beat_at__lt=overdue)
    )


def _not_at_work(jobs: QuerySet) -> QuerySet:
    return jobs.exclude(state__in=[State.PENDING, State.RUNNING])


def _ours(job: Job):
    return type(job).objects.filter(pk=job.pk, state=State.RUNNING, turn=job.turn)


def _end(job: Job, state: str, error: str = "") -> None:
    _ours(job).update(state=state, finished_at=timezone.now(), error=error[:500])


def _models() -> list[type[Job]]:
    return [model for model in apps.get_models() if issubclass(model, Job)]
