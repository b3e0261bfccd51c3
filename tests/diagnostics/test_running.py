"""A diagnosis from the request to the verdict, over a DNS of memory."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnostics import checking, running
from diagnostics.checks.comparing import compare
from diagnostics.models import DiagnosticRun, RunFinding, RunStep
from diagnostics.plans import PLANS, STEPS
from diagnostics.requesting import request_run, subject_of
from diagnostics.subject import Subject
from tests.diagnostics.zones import BROKEN, tools
from tests.factories import make_campaign, make_list, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    row = make_list(header_from="news@example.com", sending_ips="192.0.2.25", dkim_selectors="s1")
    return make_campaign(mailing_list=row)


def statuses(run: DiagnosticRun, check: str) -> set[str]:
    return set(run.findings.filter(check_name=check).values_list("status", flat=True))


def test_every_step_of_every_plan_is_known():
    known = {*checking.CHECKS, *running.KNOWN}
    assert known == set(STEPS)
    assert {name for plan in PLANS.values() for name in plan.checks} <= known


def test_a_sound_domain_passes(campaign):
    run = running.work(make_run(campaign.mailing_list).pk, with_tools=tools())

    assert run.state == DiagnosticRun.State.DONE
    assert (run.problems, run.attempts, run.claimed_at) == (0, 1, None)
    for check in ("spf", "dkim", "ptr", "mx"):
        assert "ok" in statuses(run, check), check
    # Nobody was let through to port 25: that is neither a pass nor a fail.
    assert statuses(run, "mailbox") == {"could-not-check"}
    assert {step.state for step in run.steps.all()} == {"done"}


def test_a_broken_domain_is_told_what_to_publish(campaign):
    run = running.work(make_run(campaign.mailing_list).pk, with_tools=tools(BROKEN))

    assert run.worst == "problem"
    assert "problem" in statuses(run, "mx")
    records = [
        record["value"]
        for finding in run.findings.filter(check_name="spf")
        for record in finding.records
    ]
    assert any("ip4:192.0.2.25" in value for value in records)


def test_what_broke_since_the_run_before_is_said(campaign):
    before = running.work(make_run(campaign).pk, with_tools=tools())
    after = running.work(make_run(campaign).pk, with_tools=tools(BROKEN))

    assert after.previous() == before
    found = compare(
        [row.as_finding() for row in before.findings.all()],
        [row.as_finding() for row in after.findings.all()],
    )
    assert "spf broke: info → problem" in map(str, found.changes) or any(
        change.check == "spf" and change.is_worse for change in found.changes
    )


def test_a_second_worker_finds_nothing_to_do(campaign):
    run = make_run(campaign)
    assert running.claim(run.pk) is not None
    assert running.work(run.pk, with_tools=tools()) is None


def test_a_worker_that_takes_over_goes_on_with_what_is_not_done(campaign):
    run = make_run(campaign)
    running.work(run.pk, with_tools=tools())
    before = RunFinding.objects.filter(run=run).count()
    # As if the first worker had died before its last step.
    step = run.steps.get(check_name="tls-rpt")
    step.findings.all().delete()
    RunStep.objects.filter(pk=step.pk).update(state="running")
    DiagnosticRun.objects.filter(pk=run.pk).update(
        state="running", claimed_at=timezone.now() - timedelta(minutes=10)
    )

    done = running.work(run.pk, with_tools=tools())

    assert done.state == DiagnosticRun.State.DONE
    assert RunFinding.objects.filter(run=run).count() == before
    assert done.attempts == 2


def test_a_run_that_killed_three_workers_is_given_up(campaign):
    run = make_run(campaign, attempts=3)
    assert running.work(run.pk, with_tools=tools()) is None
    run.refresh_from_db()
    assert run.state == DiagnosticRun.State.FAILED
    assert "again and again" in run.error


def test_a_check_that_breaks_says_nothing_and_stops_no_other(campaign, monkeypatch):
    def breaks(subject, tools):
        raise ValueError("a fault of ours")

    monkeypatch.setitem(checking.CHECKS, "dkim", breaks)
    run = running.work(make_run(campaign).pk, with_tools=tools())
    assert statuses(run, "dkim") == {"could-not-check"}
    assert "ok" in statuses(run, "spf")


def test_a_check_that_never_ends_is_left_behind(campaign, monkeypatch, settings):
    settings.DIAGNOSTICS_SECONDS = 0.2
    let_go = threading.Event()

    def hangs(subject, tools):
        let_go.wait(20)
        return checking.Checked(())

    monkeypatch.setitem(checking.CHECKS, "dkim", hangs)
    try:
        run = running.work(make_run(campaign).pk, with_tools=tools())
    finally:
        let_go.set()
    assert run.state == DiagnosticRun.State.DONE
    assert "took too long" in run.findings.get(check_name="dkim").title


def test_asking_twice_asks_once(campaign):
    plan = PLANS["checkup"]
    assert request_run(plan, campaign) == request_run(plan, campaign)
    assert request_run(PLANS["loop"], campaign) != request_run(plan, campaign)


def test_internal_addresses_need_the_setting_too(campaign, settings):
    settings.DIAGNOSTICS_ALLOWED_NETWORKS = []
    assert not request_run(PLANS["checkup"], campaign, reach_internal=True).reach_internal
    settings.DIAGNOSTICS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    assert request_run(PLANS["loop"], campaign, reach_internal=True).reach_internal


def test_the_sweep_announces_what_the_broker_lost(campaign, monkeypatch):
    told = []
    monkeypatch.setattr(running, "wake", lambda task, pk: told.append(pk))
    fresh = make_run(campaign)
    old = make_run(campaign, plan="loop", queued_at=timezone.now() - timedelta(minutes=5))
    assert running.sweep() == 1
    assert told == [old.pk]
    assert fresh.pk not in told


def test_a_subject_survives_being_kept_as_json(campaign):
    subject = subject_of(campaign)
    assert Subject.from_data(subject.as_data()) == subject
    run = make_run(campaign)
    assert Subject.from_data(run.subject) == subject
    assert subject.sending_ips == ("192.0.2.25",)
    assert subject.selectors == (("s1", "example.com"),)
    plain, signed = subject.bounce_addresses
    assert plain == campaign.bounce_address
    assert signed.startswith("bounces+ann=example.com=")


def test_a_domain_is_judged_with_all_lists_that_use_it(campaign):
    make_list(sending_ips="192.0.2.99", header_from="x@other.example.org")
    subject = subject_of("bounces.example.com")
    assert subject.sending_ips == ("192.0.2.25", "192.0.2.99")
    assert subject.header_from == ("example.com", "other.example.org")


def test_a_run_remembers_who_asked(campaign):
    user = make_user("Operator")
    assert request_run(PLANS["checkup"], campaign, by=user).requested_by == user
