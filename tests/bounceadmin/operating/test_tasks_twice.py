"""Every task, announced twice, at once, or to a worker that dies: its effect is that of once.

What each one is given to do stands in `tasks_by_name`; a task without anything there fails here.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.db import connection, connections, models
from django.db.models import Sum
from django.utils import timezone

from bounceadmin.celery import app
from bounceadmin.models import AlertDelivery, PasswordMail
from bounceadmin.queues import ROUTES
from bounces import raw_storage, sweeping
from bounces.models import LooseObject, MailboxRun, RoadState
from bounces.sources.mailbox import leasing
from bounces.sources.webhooks import amazon
from diagnostics import running as diagnosing_runs
from diagnostics import sweeping as diagnosing
from diagnostics.probing import relay
from lists import announcing, jobs
from lists.models import DomainRanking, RankedPeriod
from lists.outgoing import posting
from lists.outgoing.models import Delivery
from tests.at_once import at_once
from tests.bounceadmin.operating.tasks_by_name import WORK, Work
from tests.diagnostics.zones import tools
from tests.services import need_postgresql

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

OURS = ("bounceadmin", "bounces", "diagnostics", "lists", "outgoing", "sessions")
# Logs of runs, what is made anew as a whole, and what is still to be tidied up.
_NOT_COMPARED = (MailboxRun, RoadState, DomainRanking, RankedPeriod, LooseObject)
# How often it was tried is no effect; and numbers of other rows are no sums.
_NO_SUM = {"attempts", "tries", "turn", "deaths", "milliseconds", "failures"}
_NO_SUM |= {"suppression_id", "cursor", "size"}
_STATES = {"state", "status"}
_FILLED = {"object_name"}
# A worker dies before so many of a task's statements, spread over all of them.
DEATHS = 5

Numbers = Counter[tuple[str, str]]


def numbers() -> Numbers:
    """How much of everything there is: rows, by state, and the sums of all whole numbers."""
    connection.close()
    found: Numbers = Counter()
    for model in apps.get_models():
        if model._meta.app_label not in OURS or issubclass(model, _NOT_COMPARED):
            continue
        label = model._meta.label
        found[label, "rows"] = model.objects.count()
        for field in model._meta.concrete_fields:
            if field.name in _STATES:
                for state, rows in model.objects.values_list(field.name).annotate(
                    models.Count("pk")
                ):
                    found[label, f"{field.name} {state}"] = rows
            elif field.name in _FILLED:
                found[label, field.name] = model.objects.exclude(**{field.name: ""}).count()
            elif _is_sum(field):
                total = model.objects.aggregate(n=Sum(field.name))["n"]
                found[label, field.name] = total or 0
    return found


def _is_sum(field: models.Field) -> bool:
    is_whole = isinstance(field, models.IntegerField) and not field.is_relation
    return is_whole and not field.primary_key and field.name not in _NO_SUM


def since(before: Numbers) -> dict[tuple[str, str], int]:
    after = numbers()
    changed = {key: after[key] - before[key] for key in after.keys() | before.keys()}
    return {key: number for key, number in changed.items() if number}


class Outside:
    """What others were told, kept in a file, so that a child that dies has told it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.touch()
        self._seen = 0

    def told(self, what: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{what}\n")

    def new(self) -> list[str]:
        """What was told since this was asked last."""
        lines = self._path.read_text().splitlines()
        new, self._seen = lines[self._seen :], len(lines)
        return new


@pytest.fixture
def outside(tmp_path, settings, monkeypatch) -> Outside:
    """Mail servers, receivers, resolvers and buckets that are not there."""
    outside = Outside(tmp_path / "told")

    def post(url, body, headers, **_):
        outside.told(headers["webhook-id"])
        return posting.Answer(200, 0.01)

    def hand_over(message, sender, recipient):
        outside.told(f"probe {recipient}")
        return "250 OK"

    monkeypatch.setattr(posting, "post", post)
    monkeypatch.setattr(relay, "hand_over", hand_over)
    monkeypatch.setattr(amazon, "fetch", lambda url: outside.told(url))
    monkeypatch.setattr(
        EmailMessage, "send", lambda mail: outside.told(mail.extra_headers["Message-ID"])
    )
    monkeypatch.setattr(diagnosing_runs, "tools_of_settings", lambda **_: tools())
    monkeypatch.setattr(announcing, "_send", lambda task, arguments: None)
    monkeypatch.setattr("bounces.sources.mailbox.scheduling.announce", lambda pk: True)
    settings.EMAIL_IS_SET_UP = True
    settings.SITE_URL = "https://bounces.example.com"
    settings.EVENT_DROP_MONTHS = 24
    settings.PROBE_RELAY_HOST = "relay.example"
    settings.MAILDIR_ROOTS = [str(tmp_path)]
    settings.STORAGES = {
        **settings.STORAGES,
        raw_storage.ALIAS: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "bucket")},
        },
    }
    return outside


@pytest.fixture(params=sorted(ROUTES))
def name(request) -> str:
    return request.param


@pytest.fixture
def task(name, outside, tmp_path) -> Callable[..., None]:
    app.loader.import_default_modules()
    if name == "bounceadmin.tasks.watch":
        # What is wrong with the system as a whole is told once: before.
        WORK[name].arrange(tmp_path)
        app.tasks[name]()
    return app.tasks[name]


@pytest.fixture
def work(name) -> Work:
    return WORK[name]


def test_every_task_has_something_to_do():
    assert set(WORK) == set(ROUTES)


def test_one_after_the_other(task, work, outside, tmp_path):
    arguments = work.arrange(tmp_path)
    arranged = numbers()
    task(*arguments)
    once, told = since(arranged), outside.new()
    assert work.only_announces or once or told
    before = numbers()
    task(*arguments)
    assert (since(before), outside.new()) == ({}, [])


def test_at_once(task, work, outside, tmp_path):
    need_postgresql()
    expected, told = _once(task, work, outside, tmp_path)
    before = numbers()
    arguments = work.arrange(tmp_path)
    at_once(*[partial(task, *arguments)] * 2, seconds=60)
    # What one has left to the other, which had left it to this one, comes with the next sweep.
    task(*arguments)
    assert since(before) == expected
    new = outside.new()
    assert len(set(new) if work.may_tell_twice else new) == told


def test_a_worker_that_dies_at_it(task, work, outside, tmp_path):
    need_postgresql()
    expected, _ = _once(task, work, outside, tmp_path)
    counted = _Statements()
    arguments = work.arrange(tmp_path)
    with connection.execute_wrapper(counted):
        task(*arguments)
    outside.new()
    step = max(1, counted.number // DEATHS)
    for dies_at in range(1, counted.number + 1, step):
        before = numbers()
        arguments = work.arrange(tmp_path)
        _die(task, arguments, dies_at)
        _let_claims_run_out()
        task(*arguments)
        assert since(before) == expected, f"dead before statement {dies_at} of {counted.number}"
        told = outside.new()
        # Between telling and writing that down it may be told again, with the same number.
        assert len(told) <= 2 * max(1, len(set(told)))


def _once(task, work: Work, outside: Outside, folder: Path):
    """What one run changes, from before there was anything to do."""
    before = numbers()
    task(*work.arrange(folder))
    return since(before), len(outside.new())


class _Statements:
    """Counts statements; ends the process before one of them."""

    def __init__(self, dies_at: int = 0) -> None:
        self.number = 0
        self._dies_at = dies_at

    def __call__(self, execute, *arguments):
        self.number += 1
        if self.number == self._dies_at:
            os._exit(9)
        return execute(*arguments)


def _die(task, arguments: tuple, dies_at: int) -> None:
    """Run the task in a process that ends before that statement, without a word."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            with connection.execute_wrapper(_Statements(dies_at)):
                task(*arguments)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _let_claims_run_out() -> None:
    """As time does."""
    sweeping.release_claims()
    leasing.release_all()
    jobs.release_claims()
    diagnosing.release_claims()
    Delivery.objects.update(claimed_at=None)
    for mails in (AlertDelivery, PasswordMail):
        mails.objects.filter(state=mails.State.PENDING).update(due_at=timezone.now())
