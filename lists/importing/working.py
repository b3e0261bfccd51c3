"""Working off a file that was handed in: a batch a transaction, looked at first, then done."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from django.db import transaction

from lists import jobs
from lists.importing import storing
from lists.jobs import Turn
from lists.models.stored_files import FileJob

# Records that a batch, which is a transaction, takes of a file.
BATCH_ROWS = 2000

J = TypeVar("J", bound=FileJob)
B = TypeVar("B")


def work(
    job: J,
    turn: Turn,
    *,
    batches: Callable[[J, io.BufferedReader], Iterator[B]],
    take: Callable[[J, B], None],
    kept: Sequence[str],
    only_looks: bool,
) -> bool:
    """Give a file a turn; whether all is done.

    `take` works a batch off and writes onto `job` how far it is, of which the fields `kept` are
    saved in the same transaction. What `only_looks` waits for a person's word at the end; else the
    file is forgotten then.
    """
    with storing.opened(job) as file:
        for batch in batches(job, file):
            with transaction.atomic():
                take(job, batch)
                done = min(job.total, file.tell())
                jobs.step(job, done=done, **{name: getattr(job, name) for name in kept})
            if turn.is_over:
                return False
    if only_looks:
        with transaction.atomic():
            jobs.step(job, state=jobs.State.WAITING, done=job.total)
        return False
    storing.forget_file(job)
    return True
