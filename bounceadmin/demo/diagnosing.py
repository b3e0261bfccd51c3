"""The demo's diagnoses: real checks over a DNS of memory, marked as what they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from django.db import transaction
from django.utils import timezone

from bounceadmin.demo.lists import LISTS
from bounceadmin.demo.zones import SPF_BEFORE, SPF_NOW, zones
from diagnostics import running
from diagnostics.checking import Tools
from diagnostics.checks.connecting import CannotConnect
from diagnostics.checks.fetching import Fetched
from diagnostics.checks.zones import ZoneResolver
from diagnostics.models import DiagnosticRun
from diagnostics.plans import PLANS
from diagnostics.requesting import request_run
from lists.models import MailingList
from network.addresses import AddressPolicy


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A diagnosis of the critical list: which, how long ago, and what SPF record it met."""

    plan: str
    ago: timedelta
    spf: str


RUNS = (
    DemoRun("checkup", timedelta(days=1, minutes=20), SPF_BEFORE),
    DemoRun("checkup", timedelta(minutes=20), SPF_NOW),
    DemoRun("everything-bounces", timedelta(minutes=15), SPF_NOW),
)


def diagnose(now: datetime | None = None) -> int:
    """Make the diagnoses, unless they are there; return how many were made.

    Each is made and marked in one transaction, so that no worker takes it up and asks the network.
    """
    now = now or timezone.now()
    about = MailingList.objects.get(name=LISTS[0].name)
    there = DiagnosticRun.objects.filter(is_demo=True, mailing_list=about).count()
    for demo in RUNS[there:]:
        _make(demo, about, now - demo.ago)
    return len(RUNS) - there


@transaction.atomic
def _make(demo: DemoRun, about: MailingList, at: datetime) -> None:
    run = request_run(PLANS[demo.plan], about)
    DiagnosticRun.objects.filter(pk=run.pk).update(is_demo=True, created_at=at)
    running.work(run.pk, with_tools=_tools(demo.spf, at))
    took = sum(run.steps.values_list("seconds", flat=True))
    DiagnosticRun.objects.filter(pk=run.pk).update(
        started_at=at, finished_at=at + timedelta(seconds=took)
    )


def _tools(spf: str, at: datetime) -> Tools:
    return Tools(
        resolver=ZoneResolver(zones(spf)),
        policy=AddressPolicy(),
        connect=_connect_to_nobody,
        fetch=lambda url: Fetched(url, error="the demo fetches nothing"),
        now=at,
    )


def _connect_to_nobody(host: str, port: int, seconds: float) -> NoReturn:
    raise CannotConnect("the demo connects to nobody", "silent")
