"""Two runs side by side."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.checks.comparing import compare
from diagnostics.checks.findings import Evidence, Finding


def run(**statuses: Any) -> tuple[Finding, ...]:
    return tuple(Finding(check, status, f"{check} {status}") for check, status in statuses.items())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("ok", "problem", "spf broke: ok → problem"),
        ("warning", "problem", "spf broke: warning → problem"),
        ("problem", "info", "spf was mended: problem → info"),
        ("ok", "info", "spf: ok → info"),
        ("ok", "could-not-check", "spf: ok → could-not-check"),
        ("could-not-check", "problem", "spf: could-not-check → problem"),
    ],
)
def test_a_change_is_named(before: str, after: str, said: str) -> None:
    (change,) = compare(run(spf=before), run(spf=after)).changes
    assert str(change) == said


def test_what_stays_is_no_change_even_if_it_took_longer() -> None:
    before = (Finding("mx", "ok", "t", evidence=(Evidence("q", "a", 0.1),)),)
    after = (Finding("mx", "ok", "t", evidence=(Evidence("q", "b", 0.9),)),)
    assert compare(before, after) == compare((), ())


def test_worse_comes_first_and_findings_come_and_go() -> None:
    found = compare(run(mx="problem", spf="ok"), run(mx="ok", spf="problem", dkim="ok"))
    assert [change.check for change in found.changes] == ["spf", "mx"]
    assert [one.title for one in found.appeared] == ["mx ok", "spf problem", "dkim ok"]
    assert [one.title for one in found.gone] == ["mx problem", "spf ok"]


def test_a_check_that_was_not_run_before_is_no_change() -> None:
    assert compare((), run(spf="problem")).changes == ()
