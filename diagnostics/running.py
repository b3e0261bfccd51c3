"""Working through a diagnosis: claim, checks side by side, each step kept as it ends, the verdict.

The rows hold the progress. A worker that dies leaves a claim that runs out; whoever takes over
goes on with the steps that are not done. Each step's findings and its `done` are one transaction,
so that no finding is there twice.
"""

from __future__ import annotations

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from diagnostics import checking
from diagnostics.checking import CHECKS, Checked, Tools
from diagnostics.checks.sentences import say
from diagnostics.knowing import KNOWN, Asked
from diagnostics.models import DiagnosticRun, RunFinding, RunStep
from diagnostics.models.runs import storable_data
from diagnostics.subject import Subject
from diagnostics.tools import tools as tools_of_settings
from diagnostics.waking import wake

log = logging.getLogger(__name__)

# After this many tries that ended with the worker's death a run is given up.
MAX_ATTEMPTS = 3
# Checks that ask the network at the same time.
_AT_ONCE = 4
# Workers were told this long ago and have not taken it: tell them again.
OVERDUE = timedelta(minutes=1)


def work(run_id: int, *, with_tools: Tools | None = None) -> DiagnosticRun | None:
    """Bring the run to its end, or go on with it; None where nothing is to be done for us.

    Safe to call twice, at once, and after a worker's death. `with_tools` is for zones from memory.
    """
    run = claim(run_id)
    if run is None:
        return None
    subject = Subject.from_data(run.subject)
    tools = with_tools or tools_of_settings(reach_internal=run.reach_internal)
    waiting = [step for step in run.steps.all() if step.state != RunStep.State.DONE]
    for done in _ask_network(run, [s for s in waiting if s.check_name in CHECKS], subject, tools):
        _keep(run, *done)
    # What we know ourselves comes after: the causes weigh what the network said.
    for step in waiting:
        if step.check_name not in CHECKS:
            _begin(step)
            _keep(run, step, *_timed(lambda step=step: _know(run, step, subject, tools)))
    return _finish(run)


def claim(run_id: int) -> DiagnosticRun | None:
    """Take a run that nobody is at, and count the try; one tried too often is given up here."""
    now = timezone.now()
    with transaction.atomic():
        free = DiagnosticRun.objects.unfinished().unclaimed().filter(pk=run_id)
        run = free.select_for_update(skip_locked=True, of=("self",)).first()
        if run is None:
            return None
        if run.attempts >= MAX_ATTEMPTS:
            run.state, run.finished_at, run.claimed_at = DiagnosticRun.State.FAILED, now, None
            run.error = gettext_noop("Given up: its worker died again and again while at it.")
            run.save(update_fields=["state", "finished_at", "claimed_at", "error"])
            return None
        run.attempts += 1
        run.state, run.claimed_at = DiagnosticRun.State.RUNNING, now
        run.started_at = run.started_at or now
        run.save(update_fields=["attempts", "state", "claimed_at", "started_at"])
    return run


def sweep() -> int:
    """Announce runs that were left over; return how many."""
    now = timezone.now()
    left = DiagnosticRun.objects.unfinished().unclaimed().filter(queued_at__lte=now - OVERDUE)
    ids = list(left.order_by("id").values_list("id", flat=True)[:100])
    DiagnosticRun.objects.filter(pk__in=ids).update(queued_at=now)
    for pk in ids:
        wake("run_diagnosis", pk)
    return len(ids)


def release_claims() -> int:
    """Forget the claims of workers that are no more."""
    claimed = DiagnosticRun.objects.unfinished().filter(claimed_at__isnull=False)
    return claimed.update(claimed_at=None)


@dataclass(frozen=True, slots=True)
class _Began:
    step: RunStep


@dataclass(frozen=True, slots=True)
class _Ended:
    step: RunStep
    checked: Checked
    seconds: float


def _ask_network(
    run: DiagnosticRun, steps: Sequence[RunStep], subject: Subject, tools: Tools
) -> Iterator[tuple[RunStep, Checked, float]]:
    """Run checks side by side and give each as it ends; those that take too long say so.

    Only this thread touches the database: the checks' threads tell it what they are at.
    """
    if not steps:
        return
    told: queue.SimpleQueue[_Began | _Ended] = queue.SimpleQueue()

    def run_one(step: RunStep) -> None:
        told.put(_Began(step))
        check = CHECKS[step.check_name]
        told.put(_Ended(step, *_timed(lambda: _safely(step, lambda: check(subject, tools)))))

    open_steps = {step.pk: step for step in steps}
    # Questions and talks are bounded each; this bounds them all together.
    deadline = time.monotonic() + 1.5 * float(settings.DIAGNOSTICS_SECONDS)
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix=f"diagnosis-{run.pk}")
    try:
        for step in steps:
            pool.submit(run_one, step)
        while open_steps:
            try:
                news = told.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if isinstance(news, _Began):
                _begin(news.step)
            else:
                del open_steps[news.step.pk]
                yield news.step, news.checked, news.seconds
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    for step in open_steps.values():
        yield step, checking.failed(step.check_name, say("it took too long.")), 0.0


def _know(run: DiagnosticRun, step: RunStep, subject: Subject, tools: Tools) -> Checked:
    done = RunStep.objects.filter(run=run, state=RunStep.State.DONE)
    asked = Asked(
        run.plan_name,
        subject,
        tools.now,
        tuple(row.as_finding() for row in RunFinding.objects.filter(run=run)),
        dict(done.values_list("check_name", "detail")),
    )
    return _safely(step, lambda: KNOWN[step.check_name](asked))


def _safely(step: RunStep, check: Callable[[], Checked]) -> Checked:
    """A check that breaks is a check that says nothing; the others go on."""
    try:
        return check()
    except Exception as error:
        log.exception("The check %s broke", step.check_name)
        return checking.failed(
            step.check_name, say("it broke ({kind}).", kind=type(error).__name__)
        )


def _timed(check: Callable[[], Checked]) -> tuple[Checked, float]:
    began = time.monotonic()
    checked = check()
    return checked, time.monotonic() - began


def _begin(step: RunStep) -> None:
    RunStep.objects.filter(pk=step.pk, state=RunStep.State.WAITING).update(
        state=RunStep.State.RUNNING
    )


@transaction.atomic
def _keep(run: DiagnosticRun, step: RunStep, checked: Checked, seconds: float) -> None:
    """Keep what a step found, unless another worker has done so; go on holding the run."""
    locked = RunStep.objects.select_for_update().get(pk=step.pk)
    if locked.state == RunStep.State.DONE:
        return
    RunFinding.objects.bulk_create(RunFinding.of(locked, one) for one in checked.findings)
    locked.state, locked.seconds = RunStep.State.DONE, seconds
    locked.detail = storable_data(checked.detail)
    locked.save(update_fields=["state", "seconds", "detail"])
    DiagnosticRun.objects.filter(pk=run.pk).update(claimed_at=timezone.now())


@transaction.atomic
def _finish(run: DiagnosticRun) -> DiagnosticRun:
    """Mark the run as done, with what it came to."""
    run = DiagnosticRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.is_finished or run.steps.exclude(state=RunStep.State.DONE).exists():
        return run
    counts: Mapping[str, int] = Counter(run.findings.values_list("status", flat=True))
    run.problems = counts["problem"]
    run.warnings = counts["warning"]
    run.unchecked = counts["could-not-check"]
    cause = run.steps.filter(check_name="cause").first()
    run.verdict = (cause.detail.get("verdict", "") if cause else "")[:255]
    run.state, run.finished_at, run.claimed_at = DiagnosticRun.State.DONE, timezone.now(), None
    run.save()
    return run
