"""Old diagnoses go; the newest result of each question and subject stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnostics import old_runs, tasks
from diagnostics.models import DiagnosticRun, RunFinding
from tests.factories import make_campaign, make_list, make_run

pytestmark = pytest.mark.django_db


def run_of(about, days_ago: float, plan="checkup", state="done") -> DiagnosticRun:
    at = timezone.now() - timedelta(days=days_ago)
    return make_run(about, plan, state=state, created_at=at)


def left() -> set[int]:
    return set(DiagnosticRun.objects.values_list("pk", flat=True))


def test_what_a_later_result_answers_goes_when_it_is_old():
    about = make_list()
    *_older, newest = (run_of(about, days) for days in (500, 401, 399))
    assert sum(old_runs.delete_old()) == 2
    assert left() == {newest.pk}
    assert newest.previous() is None


def test_the_newest_result_of_each_question_and_subject_stays():
    mailing_list = make_list()
    one, other = (make_campaign(mailing_list=mailing_list) for _ in range(2))
    kept = {
        run_of(about, 500 + day, plan).pk
        for day, (about, plan) in enumerate(
            (about, plan)
            for about in (mailing_list, make_list(), one, other, "bounces.example.com")
            for plan in ("checkup", "everything-bounces")
        )
    }
    assert sum(old_runs.delete_old()) == 0
    assert left() == kept


def test_a_failed_run_stands_in_for_none():
    about = make_list()
    result = run_of(about, 600)
    run_of(about, 500, state="failed")
    run_of(about, 10, state="failed")
    assert sum(old_runs.delete_old()) == 1
    assert result.pk in left()


@pytest.mark.parametrize("state", ["pending", "running"])
def test_what_is_still_to_be_worked_on_stays(state):
    about = make_list()
    waiting = run_of(about, 500, state=state)
    run_of(about, 1)
    sum(old_runs.delete_old())
    assert waiting.pk in left()


def test_steps_and_findings_go_along(monkeypatch):
    monkeypatch.setattr(old_runs, "_AT_ONCE", 2)
    about = make_list()
    for days in range(500, 505):
        run = run_of(about, days)
        step = run.steps.first()
        RunFinding.objects.create(run=run, step=step, check_name="spf", status="ok", title="x")
    tasks.delete_old()
    assert DiagnosticRun.objects.count() == RunFinding.objects.count() == 1


def test_0_days_keep_all(settings):
    settings.DIAGNOSTICS_RETENTION_DAYS = 0
    about = make_list()
    run_of(about, 5000)
    run_of(about, 4000)
    assert sum(old_runs.delete_old()) == 0
