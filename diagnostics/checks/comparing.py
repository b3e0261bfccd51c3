"""Two runs of the same checks side by side: what broke, what was mended, what is new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diagnostics.checks.findings import Finding, Status, worst

_GRAVITY: dict[Status, int] = {"ok": 0, "info": 0, "warning": 1, "problem": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """One check whose standing changed."""

    check: str
    before: Status
    after: Status

    @property
    def is_worse(self) -> bool:
        """True where it broke; to or from `could-not-check` is neither better nor worse."""
        return (
            self.before in _GRAVITY
            and self.after in _GRAVITY
            and _GRAVITY[self.after] > _GRAVITY[self.before]
        )

    @property
    def is_better(self) -> bool:
        """True where it was mended."""
        return Change(self.check, self.after, self.before).is_worse

    def __str__(self) -> str:
        if self.is_worse:
            return f"{self.check} broke: {self.before} → {self.after}"
        if self.is_better:
            return f"{self.check} was mended: {self.before} → {self.after}"
        return f"{self.check}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to the next."""

    changes: tuple[Change, ...]
    """Checks of both runs whose gravest status differs, the worse ones first."""
    appeared: tuple[Finding, ...]
    """Findings that the earlier run did not have."""
    gone: tuple[Finding, ...]
    """Findings that the later run does not have any more."""


def compare(before: Iterable[Finding], after: Iterable[Finding]) -> Comparison:
    """Compare two runs; a finding is the same if its check, status and title are."""
    earlier, later = tuple(before), tuple(after)
    seen_before = {_key(finding) for finding in earlier}
    seen_after = {_key(finding) for finding in later}
    checks = dict.fromkeys(finding.check for finding in later)
    changes = [
        Change(check, _standing(earlier, check), _standing(later, check))
        for check in checks
        if any(finding.check == check for finding in earlier)
    ]
    changed = [change for change in changes if change.before != change.after]
    changed.sort(key=lambda change: (not change.is_worse, change.is_better))
    return Comparison(
        tuple(changed),
        tuple(finding for finding in later if _key(finding) not in seen_before),
        tuple(finding for finding in earlier if _key(finding) not in seen_after),
    )


def _standing(findings: tuple[Finding, ...], check: str) -> Status:
    return worst(tuple(finding for finding in findings if finding.check == check))


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.check, finding.status, finding.title
