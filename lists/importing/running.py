"""Working off an import, a batch a transaction: counted first, then carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lists import jobs, suppressing
from lists.importing import storing, working
from lists.importing.entries import Entry, Refusal, entry_of
from lists.importing.formats import Format, by_name
from lists.importing.rows import Row, rows
from lists.importing.shapes import Shape
from lists.jobs import Turn
from lists.models import MailingList, RefusedRow, SuppressionImport
from lists.models.choices import Scope, Stream
from lists.suppressing import SuppressionWish

Stage = SuppressionImport.Stage


class WrongFormatError(ValueError):
    """The file cannot be read as it was said to be. Its text is a sentence."""


@dataclass(slots=True)
class Batch:
    """What some records of a file come to."""

    rows: int = 0
    at_byte: int = -1
    passed: int = 0
    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def count(job: SuppressionImport) -> None:
    """Begin to count what the file would do; afterwards it waits for a person's word."""
    _begin(job, Stage.COUNTING)


def carry_out(job: SuppressionImport) -> None:
    """Begin to import a file that was counted."""
    _begin(job, Stage.IMPORTING)


def run(pk: int, seconds: float = jobs.TURN_SECONDS) -> None:
    """Give an import a turn."""
    jobs.run(SuppressionImport, pk, _work, seconds)


def sample(job: SuppressionImport, size: int = 8) -> list[tuple[Row, Entry | Refusal | None]]:
    """The file's first records, and what each asks for."""
    fmt = _format_of(job)
    with storing.opened(job) as file:
        found = list(islice(rows(file, Shape.from_json(job.shape)), size))
    return [(row, entry_of(row, fmt, fold_local=settings.FOLD_LOCAL_PART)) for row in found]


def _begin(job: SuppressionImport, stage: str) -> None:
    _format_of(job)
    with transaction.atomic():
        RefusedRow.objects.filter(job=job).delete()
        SuppressionImport.objects.filter(pk=job.pk).update(
            stage=stage,
            done=0,
            rows=0,
            at_byte=-1,
            made=0,
            known=0,
            passed=0,
            refused=0,
            causes={},
        )
        jobs.start(job)


def _work(job: SuppressionImport, turn: Turn) -> bool:
    wishes_of = _Wishes(job)
    return working.work(
        job,
        turn,
        batches=_batches,
        take=lambda job, batch: _take(job, batch, wishes_of),
        kept=("rows", "at_byte", "made", "known", "passed", "refused", "causes"),
        only_looks=job.stage == Stage.COUNTING,
    )


def _batches(job: SuppressionImport, file) -> Iterator[Batch]:
    fmt = _format_of(job)
    shape = Shape.from_json(job.shape)
    left = rows(file, shape, after=job.rows, at_byte=job.at_byte)
    while found := list(islice(left, working.BATCH_ROWS)):
        batch = Batch(rows=found[-1].number, at_byte=found[-1].next_byte)
        for row in found:
            entry = entry_of(row, fmt, fold_local=settings.FOLD_LOCAL_PART)
            if entry is None:
                batch.passed += 1
            elif isinstance(entry, Refusal):
                batch.refusals.append(entry)
            else:
                batch.entries.append(entry)
        yield batch


def _take(job: SuppressionImport, batch: Batch, wishes_of: _Wishes) -> None:
    """Count a batch, or carry it out; the numbers go onto `job`, which the caller saves."""
    wishes, unfit = wishes_of(batch.entries)
    if job.stage == Stage.COUNTING:
        made = suppressing.count_new(wishes)
    else:
        made = suppressing.suppress(wishes, job.created_by)
    refusals = [*batch.refusals, *unfit]
    storing.keep_refused(job, refusals)
    job.rows, job.at_byte = batch.rows, batch.at_byte
    job.made += made
    job.known += len(wishes) - made
    job.passed += batch.passed
    job.refused += len(refusals)
    job.causes = dict(Counter(job.causes) + Counter(wish.cause for wish in wishes))


class _Wishes:
    """Makes suppressions to be made of entries: how far they reach is the import's or their own."""

    def __init__(self, job: SuppressionImport) -> None:
        self._job = job
        self._lists = dict(MailingList.objects.values_list("name", "pk"))
        self._now = timezone.now()
        self._source = by_name(job.format, Shape.from_json(job.shape), job.mapping).title

    def __call__(self, entries: list[Entry]) -> tuple[list[SuppressionWish], list[Refusal]]:
        wishes, refused = [], []
        for entry in entries:
            if entry.until and entry.until <= self._now:
                refused.append(Refusal(entry.row, "It ended already."))
                continue
            reach = self._reach(entry)
            if reach is None:
                refused.append(Refusal(entry.row, "There is no such stream or list here."))
                continue
            wishes.append(self._wish(entry, reach))
        return wishes, refused

    def _reach(self, entry: Entry) -> dict[str, object] | None:
        job = self._job
        if not entry.reach:
            return {"scope": job.scope, "stream": job.stream, "list_id": job.mailing_list_id}
        if entry.reach == Scope.GLOBAL:
            return {"scope": Scope.GLOBAL}
        if entry.reach == Scope.STREAM and entry.stream in Stream.values:
            return {"scope": Scope.STREAM, "stream": entry.stream}
        if entry.reach == Scope.LIST and entry.list_name in self._lists:
            return {"scope": Scope.LIST, "list_id": self._lists[entry.list_name]}
        return None

    def _wish(self, entry: Entry, reach: dict[str, object]) -> SuppressionWish:
        why = _("Imported from %(source)s.") % {"source": self._source}
        return SuppressionWish(
            address=entry.address,
            cause=entry.cause,
            why=f"{why} {entry.note}".strip(),
            reason=entry.reason,
            evidence=f"import:{self._job.pk}",
            at=self._since(entry.since),
            until=entry.until,
            **reach,
        )

    def _since(self, since: datetime | None) -> datetime:
        return min(since or self._now, self._now)


def _format_of(job: SuppressionImport) -> Format:
    fmt = by_name(job.format, Shape.from_json(job.shape), job.mapping)
    if fmt is None:
        raise WrongFormatError(_("Say which column has the addresses."))
    return fmt
