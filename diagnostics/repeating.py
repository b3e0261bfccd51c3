"""Diagnoses that are asked again and again, so that what breaks is known before mail bounces."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from diagnostics.models import DiagnosticRun
from diagnostics.plans import PLANS
from diagnostics.requesting import request_run
from lists.models import MailingList

_PLAN = PLANS["checkup"]
# A sweep asks for so many at most; the next one, a minute later, goes on.
_MOST_AT_ONCE = 5


def ask_what_is_due() -> int:
    """Ask for a check-up of each list whose last one is `DIAGNOSTICS_EVERY_HOURS` old; how many."""
    if not settings.DIAGNOSTICS_EVERY_HOURS:
        return 0
    before = timezone.now() - timedelta(hours=settings.DIAGNOSTICS_EVERY_HOURS)
    last = _runs_of_list().values("created_at")[:1]
    due = (
        MailingList.objects.annotate(last=Subquery(last))
        .filter(Q(last=None) | Q(last__lte=before))
        .order_by("pk")[:_MOST_AT_ONCE]
    )
    return len([request_run(_PLAN, row) for row in due])


def to_mend() -> list[DiagnosticRun]:
    """The last check-up of each list where that found something to mend; two queries.

    Nothing where nobody asked for check-ups to be repeated: who asks by hand reads the answer.
    """
    if not settings.DIAGNOSTICS_EVERY_HOURS:
        return []
    last = _runs_of_list().finished().values("pk")[:1]
    ids = MailingList.objects.values_list(Subquery(last), flat=True)
    runs = DiagnosticRun.objects.filter(pk__in=[pk for pk in ids if pk], problems__gt=0)
    return list(runs.select_related("mailing_list").order_by("pk"))


def _runs_of_list() -> QuerySet[DiagnosticRun]:
    return DiagnosticRun.objects.filter(
        mailing_list=OuterRef("pk"), campaign=None, plan_name=_PLAN.name
    ).order_by("-created_at", "-id")
