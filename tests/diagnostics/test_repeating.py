"""Check-ups that are asked again and again, and the alerts they raise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bounceadmin.alerts.conditions import diagnoses
from diagnostics import running, sweeping
from diagnostics.models import DiagnosticRun
from diagnostics.repeating import ask_what_is_due, to_mend
from tests.diagnostics.zones import BROKEN, GOOD, tools
from tests.factories import make_campaign, make_list, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    found = make_list(header_from="n@example.com", sending_ips="192.0.2.25", dkim_selectors="s1")
    make_campaign(mailing_list=found)
    return found


def checked(row, zones, hours_ago: int) -> DiagnosticRun:
    run = running.work(make_run(row).pk, with_tools=tools(zones))
    DiagnosticRun.objects.filter(pk=run.pk).update(
        created_at=timezone.now() - timedelta(hours=hours_ago)
    )
    return run


def test_a_list_is_checked_again_when_it_is_due(row, settings):
    settings.DIAGNOSTICS_EVERY_HOURS = 24
    assert ask_what_is_due() == 1
    assert ask_what_is_due() == 0
    DiagnosticRun.objects.update(created_at=timezone.now() - timedelta(hours=25), state="done")
    sweeping.sweep()
    assert DiagnosticRun.objects.count() == 2


def test_a_campaigns_run_or_another_question_does_not_count(row, settings):
    settings.DIAGNOSTICS_EVERY_HOURS = 24
    make_run(row.campaigns.get())
    make_run(row, plan="loop")
    assert ask_what_is_due() == 1


def test_nothing_is_asked_unless_set(row):
    assert ask_what_is_due() == 0
    checked(row, BROKEN, 0)
    assert to_mend() == []


def test_what_broke_is_an_alert_until_it_is_mended(row, settings):
    settings.DIAGNOSTICS_EVERY_HOURS = 24
    checked(row, GOOD, 48)
    assert list(diagnoses(timezone.now())) == []
    broken = checked(row, BROKEN, 24)
    (condition,) = diagnoses(timezone.now())
    assert f"found {broken.problems} things to mend" in condition.title
    checked(row, GOOD, 0)
    assert list(diagnoses(timezone.now())) == []
