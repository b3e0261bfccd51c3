"""What is done at night goes in turns: however much there is, no task is at it for long."""

from __future__ import annotations

import pytest
from celery.schedules import crontab
from django.conf import settings

from bounceadmin.celery import app
from lists import announcing, tidying
from tests.bounceadmin.operating.tasks_by_name import WORK

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NIGHTLY = sorted(
    entry["task"]
    for entry in settings.CELERY_BEAT_SCHEDULE.values()
    if isinstance(entry["schedule"], crontab) and len(entry["schedule"].hour) == 1
)


@pytest.fixture
def announced(monkeypatch, settings) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(announcing, "_send", lambda task, arguments: found.append(task))
    monkeypatch.setattr(tidying, "TURN_SECONDS", 0)
    settings.EVENT_DROP_MONTHS = 24
    settings.PROBE_RELAY_HOST = "relay.example"
    return found


@pytest.mark.parametrize("name", NIGHTLY)
def test_a_task_ends_with_its_time_and_announces_its_next_turn(name, announced, tmp_path):
    app.loader.import_default_modules()
    arguments = WORK[name].arrange(tmp_path)
    announced.clear()
    app.tasks[name](*arguments)
    assert announced == [name]
    for _ in range(10):
        announced.clear()
        app.tasks[name](*arguments)
        if name not in announced:
            return
    pytest.fail("It announces itself for ever.")
