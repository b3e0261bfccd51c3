"""The dashboard: how every list does, worst first, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.http import HttpRequest
from django.utils import timezone

from bounceadmin.first_run import first_run
from bounceadmin.models import Alert
from bounces.backlog import Backlog, backlog
from lists import health, ranking
from lists.advice import Advice, advise
from lists.counted import Reason
from lists.happenings import SinceYesterday, since_yesterday
from lists.health import Health, ListHealth
from lists.models.choices import Stream
from lists.picking import PERIODS, Picked, picked
from lists.ranking import TopDomains

_MOST_ALERTS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One list on the dashboard."""

    row: ListHealth
    advice: Advice


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the dashboard shows."""

    picked: Picked
    rows: tuple[Row, ...]
    total: Health
    reasons: tuple[Reason, ...]
    top: TopDomains
    backlog: Backlog
    alerts: tuple[Alert, ...]
    yesterday: SinceYesterday

    @property
    def is_empty(self) -> bool:
        """There are no lists yet."""
        return not self.rows and not self.picked.stream


def dashboard(choice: Picked) -> Dashboard:
    """Look everything up; the number of queries does not depend on how much there is."""
    period = choice.period
    rows = health.lists_health(period, choice.stream)
    return Dashboard(
        picked=choice,
        rows=tuple(Row(row, advise(row.health)) for row in rows),
        total=health.total(rows, period),
        reasons=tuple(ranking.top_reasons(period, stream=choice.stream)),
        top=ranking.top_domains(period, stream=choice.stream),
        backlog=backlog(datetime.combine(period.first, time.min, UTC)),
        alerts=system_alerts(),
        yesterday=since_yesterday(timezone.now()),
    )


def system_alerts() -> tuple[Alert, ...]:
    """Open alerts about the system, worst first; those about bands stand beside their lists."""
    found = Alert.objects.open().filter(kind=Alert.Kind.SYSTEM, clear_since=None)
    return tuple(found.order_by("-level", "-opened_at")[:_MOST_ALERTS])


def dashboard_callback(request: HttpRequest, context: dict) -> dict:
    """Unfold calls this for the admin's index page."""
    if request.user.has_perm("lists.view_mailinglist"):
        today = timezone.now().astimezone(UTC).date()
        context["dashboard"] = dashboard(picked(request.GET, today))
        context["picker"] = {"periods": PERIODS, "streams": Stream.choices}
    if request.user.has_perm("lists.add_mailinglist"):
        context["setup_lacks"] = first_run().lacks
    return context
