"""What a run's page shows: findings by severity, what changed since the last time, the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnostics import checking
from diagnostics.checks.comparing import Change, Comparison, compare
from diagnostics.models import DiagnosticRun, RunFinding, RunStep
from diagnostics.words import CHECKS, STATUSES, in_words

# From what to look at first to what needs no look. What to publish is information to the checks,
# and what people came for.
_ORDER = ("problem", "publish", "warning", "could-not-check", "info", "ok")
_OPEN = ("problem", "publish", "warning", "could-not-check")
_HISTORY = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one status, or those that are the remedy for others (`publish`)."""

    status: str
    findings: tuple[RunFinding, ...]

    @property
    def is_open(self) -> bool:
        """Whether the page shows them at once."""
        return self.status in _OPEN


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the run before."""

    run: DiagnosticRun
    worse: tuple[str, ...]
    better: tuple[str, ...]
    other: tuple[str, ...]
    appeared: tuple[str, ...]
    """Titles of problems and warnings that are new, of checks that did not change as a whole."""

    @property
    def is_quiet(self) -> bool:
        """Nothing changed."""
        return not (self.worse or self.better or self.other or self.appeared)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    run: DiagnosticRun
    steps: tuple[RunStep, ...]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.state == RunStep.State.DONE for step in self.steps)

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.done // max(1, len(self.steps))


@dataclass(frozen=True, slots=True)
class RunPage(Progress):
    """All that the page of one run shows."""

    groups: tuple[Group, ...]
    spf: dict[str, Any] | None
    facts: dict[str, Any] | None
    ranked: Sequence[dict[str, Any]]
    since: Since | None
    history: tuple[DiagnosticRun, ...]

    @property
    def is_blind(self) -> bool:
        """Every check of the network that could say something could not."""
        said = {
            one.status
            for group in self.groups
            for one in group.findings
            if one.check_name in checking.CHECKS
        }
        return "could-not-check" in said and said <= {"could-not-check", "info"}


def progress(run: DiagnosticRun) -> Progress:
    """Only how far it is."""
    return Progress(run, tuple(run.steps.defer("detail")))


def page(run: DiagnosticRun) -> RunPage:
    """Look it all up; the number of queries does not depend on how much was found."""
    steps = tuple(run.steps.all())
    findings = tuple(run.findings.all())
    details = {step.check_name: step.detail for step in steps}
    return RunPage(
        run=run,
        steps=steps,
        groups=_groups(findings),
        spf=details.get("spf") or None,
        facts=details.get("events") or None,
        ranked=details.get("cause", {}).get("ranked", ()),
        since=_since(run, findings),
        history=tuple(_history(run)),
    )


def _groups(findings: Sequence[RunFinding]) -> tuple[Group, ...]:
    amiss = {one.check_name for one in findings if one.status in ("problem", "warning")}

    def group_of(finding: RunFinding) -> str:
        is_remedy = finding.status == "info" and finding.records and finding.check_name in amiss
        return "publish" if is_remedy else finding.status

    return tuple(
        Group(status, held)
        for status in _ORDER
        if (held := tuple(one for one in findings if group_of(one) == status))
    )


def _since(run: DiagnosticRun, findings: Sequence[RunFinding]) -> Since | None:
    before = run.previous() if run.state == DiagnosticRun.State.DONE else None
    if before is None:
        return None
    compared = compare(
        [row.as_finding() for row in before.findings.all()], [row.as_finding() for row in findings]
    )
    return Since(
        run=before,
        worse=tuple(_sentence(one) for one in compared.changes if one.is_worse),
        better=tuple(_sentence(one) for one in compared.changes if one.is_better),
        other=tuple(
            _sentence(one) for one in compared.changes if not one.is_worse and not one.is_better
        ),
        appeared=_appeared(compared),
    )


def _appeared(compared: Comparison) -> tuple[str, ...]:
    changed = {change.check for change in compared.changes}
    return tuple(
        in_words(one.title)
        for one in compared.appeared
        if one.status in ("problem", "warning") and one.check not in changed
    )


_BROKE = gettext_lazy("%(check)s broke: %(before)s before, %(after)s now.")
_MENDED = gettext_lazy("%(check)s was mended: %(before)s before, %(after)s now.")
_CHANGED = gettext_lazy("%(check)s: %(before)s before, %(after)s now.")


def _sentence(change: Change) -> str:
    words = _BROKE if change.is_worse else _MENDED if change.is_better else _CHANGED
    return words % {
        "check": CHECKS.get(change.check, change.check),
        "before": _standing(change.before),
        "after": _standing(change.after),
    }


def _standing(status: str) -> str:
    """A status as the state of a whole check: with nothing but things to know it is in order."""
    return str(STATUSES["ok" if status == "info" else status]).lower()


def _history(run: DiagnosticRun) -> Sequence[DiagnosticRun]:
    same = DiagnosticRun.objects.finished().filter(
        domain=run.domain,
        plan_name=run.plan_name,
        mailing_list=run.mailing_list_id,
        campaign=run.campaign_id,
    )
    return same.order_by("-created_at", "-id")[:_HISTORY]


def outcome(run: DiagnosticRun) -> str:
    """What a run came to, in a few words."""
    if run.state != DiagnosticRun.State.DONE:
        return str(run.get_state_display())
    parts = [
        (run.problems, _("%(n)d to mend")),
        (run.warnings, _("%(n)d to look at")),
        (run.unchecked, _("%(n)d not checked")),
    ]
    said = [words % {"n": n} for n, words in parts if n]
    return ", ".join(said) or _("nothing to mend")
