"""Diagnoses of long ago: deleted, except the newest result of each question and subject."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from diagnostics.models import DiagnosticRun
from lists import tidying

_AT_ONCE = 200
_NONE = Value(0)


def delete_old() -> Iterator[int]:
    """Delete runs asked for `DIAGNOSTICS_RETENTION_DAYS` ago, with what they found; yield how many.

    0 days keep all. What is still to be worked on stays, however old.
    """
    if settings.DIAGNOSTICS_RETENTION_DAYS:
        before = timezone.now() - timedelta(days=settings.DIAGNOSTICS_RETENTION_DAYS)
        yield from tidying.delete(_outdated(before), _AT_ONCE)


def _outdated(before: datetime) -> QuerySet[DiagnosticRun]:
    """Failed ones, and those that a later one answered anew."""
    old = _with_subject(DiagnosticRun.objects.filter(created_at__lt=before))
    later = _with_subject(DiagnosticRun.objects.finished()).filter(
        Q(created_at__gt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")),
        domain=OuterRef("domain"),
        plan_name=OuterRef("plan_name"),
        of_list=OuterRef("of_list"),
        of_campaign=OuterRef("of_campaign"),
    )
    done = Q(state=DiagnosticRun.State.DONE) & Exists(later)
    return old.filter(Q(state=DiagnosticRun.State.FAILED) | done).order_by("created_at", "pk")


def _with_subject(runs: QuerySet[DiagnosticRun]) -> QuerySet[DiagnosticRun]:
    """What a run is about, comparable where it is about no list or no campaign."""
    return runs.annotate(
        of_list=Coalesce(F("mailing_list_id"), _NONE), of_campaign=Coalesce(F("campaign_id"), _NONE)
    )
