"""Counting a file of sends in the background: read first, counted on a person's word, once.

A batch is a transaction that also writes down how far the file is, and what its report says so far.
So a file that was stopped half way goes on where it was, and is never begun again: its report
keeps it from being counted twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from lists import jobs, sending, sending_csv
from lists.importing import storing, working
from lists.importing.shapes import Shape
from lists.jobs import Turn
from lists.models import RefusedSendRow, SendImport, SendReport
from lists.sending import CorrectionError, SentCount
from lists.sending_csv import Reading, Refusal

Stage, State = SendImport.Stage, SendImport.State


class CountedAlreadyError(Exception):
    """The same file was counted before. Its text is a sentence."""

    def __init__(self, report: SendReport) -> None:
        self.report = report
        said = _("This file was counted already, by %(who)s: nothing is counted twice.")
        super().__init__(said % {"who": report.actor})


@transaction.atomic
def hand_in(job: SendImport, pieces: Iterable[bytes], most_bytes: int) -> None:
    """Save `job` with a file's bytes, and begin to read it.

    Raises UnreadableFileError, FileTooLargeError or CountedAlreadyError, and then saves nothing.
    """
    digest = hashlib.sha256()
    job.state = State.WAITING
    job.save()
    head = storing.keep(job, _digested(pieces, digest), most_bytes)
    job.shape = sending_csv.shape_of_file(head, names_none=job.campaign_id is not None).as_json()
    job.digest = digest.hexdigest()
    counted = SendReport.objects.filter(key=_key(job)).first() if not job.again else None
    if counted:
        raise CountedAlreadyError(counted)
    job.save()
    jobs.start(job)


@transaction.atomic
def carry_out(job: SendImport) -> None:
    """Begin to count a file that was read. CountedAlreadyError where another one was meanwhile."""
    held = SendImport.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if held.state != State.WAITING:
        return
    about = {
        "source": SendReport.Source.CSV,
        "actor": held.created_by,
        "digest": held.digest,
        "campaign_id": held.campaign_id,
    }
    if held.again:
        report = SendReport.objects.create(**about)
    else:
        report, fresh = SendReport.objects.get_or_create(key=_key(held), defaults=about)
        if not fresh:
            raise CountedAlreadyError(report)
    RefusedSendRow.objects.filter(job=held).delete()
    SendImport.objects.filter(pk=held.pk).update(
        stage=Stage.COUNTING,
        report=report,
        done=0,
        rows=0,
        at_byte=-1,
        sent=0,
        delivered=0,
        refused=0,
    )
    jobs.start(held)


def go_on(job: SendImport) -> bool:
    """Count what is left of a file that was stopped half way; whether there was something."""
    if not job.is_half_counted or not job.chunks.exists():
        return False
    SendImport.objects.filter(pk=job.pk).update(deaths=0)
    jobs.start(job)
    return True


def cancel(job: SendImport) -> None:
    """Stop it. What is not counted at all is forgotten; what is half counted can go on."""
    if jobs.cancel(job) and job.stage == Stage.READING:
        storing.forget_file(job)


def run(pk: int, seconds: float = jobs.TURN_SECONDS) -> None:
    """Give a file a turn."""
    jobs.run(SendImport, pk, _work, seconds)


@dataclass(slots=True)
class _Batch:
    """What some records come to."""

    readings: list[Reading] = field(default_factory=list)

    def counts(self) -> list[SentCount]:
        return [one.said for one in self.readings if isinstance(one.said, SentCount)]

    def refusals(self, errors: list[CorrectionError]) -> list[Refusal]:
        """Those that say nothing, and those that correct what cannot be corrected."""
        rows = defaultdict(list)
        refused = []
        for one in self.readings:
            if isinstance(one.said, Refusal):
                refused.append(one.said)
            else:
                rows[_about(one.said)].append(one.row)
        refused += [
            Refusal(row, error.kept) for error in errors for row in rows[_about(error.count)]
        ]
        return sorted(refused, key=lambda refusal: refusal.row.number)


def _about(count: SentCount) -> tuple:
    return count.campaign_id, count.day, count.domain


def _work(job: SendImport, turn: Turn) -> bool:
    return working.work(
        job,
        turn,
        batches=_batches,
        take=_take,
        kept=("rows", "at_byte", "sent", "delivered", "refused", "first_day", "last_day"),
        only_looks=job.stage == Stage.READING,
    )


def _batches(job: SendImport, file) -> Iterator[_Batch]:
    left = sending_csv.readings(
        file, Shape.from_json(job.shape), job.campaign, after=job.rows, at_byte=job.at_byte
    )
    while found := list(islice(left, working.BATCH_ROWS)):
        yield _Batch(found)


def _take(job: SendImport, batch: _Batch) -> None:
    """Read a batch, or count it; the numbers go onto `job`, which the caller saves."""
    counts = batch.counts()
    errors: list[CorrectionError] = []
    if job.stage == Stage.COUNTING:
        changed = sending.record(counts, replace=job.replace, refuse=errors.append)
        job.sent += changed.sent
        job.delivered += changed.delivered
    else:
        job.sent += sum(count.sent or 0 for count in counts)
        job.delivered += sum(count.delivered or 0 for count in counts)
        days = [count.day for count in counts]
        job.first_day = min([*days, *filter(None, [job.first_day])], default=None)
        job.last_day = max([*days, *filter(None, [job.last_day])], default=None)
    refusals = batch.refusals(errors)
    storing.keep_refused(job, refusals)
    last = batch.readings[-1].row
    job.rows, job.at_byte = last.number, last.next_byte
    job.refused += len(refusals)
    if job.stage == Stage.COUNTING:
        _write_report(job)


def _write_report(job: SendImport) -> None:
    """What the report says so far; its first refused rows are copied, for they stay longer."""
    first = job.refused_rows.order_by("number")[: sending_csv.MOST_REFUSED_KEPT]
    SendReport.objects.filter(pk=job.report_id).update(
        outcome={
            "sent": job.sent,
            "delivered": job.delivered,
            "rows": job.rows,
            "refused": job.refused,
            "refusals": [[row.number, row.why, row.text[:200]] for row in first],
        }
    )


def _key(job: SendImport) -> str:
    return sending_csv.key_of(job.digest, job.campaign_id, replace=job.replace)


def _digested(pieces: Iterable[bytes], digest) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece
