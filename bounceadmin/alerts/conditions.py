"""What is wrong now: one function a kind of trouble, each a few small queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bounceadmin.models import Alert
from bounces import looping, partitions, roads
from bounces.backlog import COUNT_UP_TO, count_up_to
from bounces.kept_words import shown
from bounces.models import InboundMessage
from bounces.templatetags.bounces import road_url
from diagnostics import repeating
from diagnostics.models import Probe
from diagnostics.probing import schedule
from diagnostics.words import in_words
from lists import health
from lists.advice import advise
from lists.bands import BANDS, Band
from lists.counted import Period
from lists.models import CampaignDay
from lists.partitioning import month_of, months_later
from lists.picking import DEFAULT_PERIOD
from lists.words import rate_text

_BAND_LEVELS = {
    Band.ATTENTION: Alert.Level.NOTICE,
    Band.POOR: Alert.Level.WARNING,
    Band.CRITICAL: Alert.Level.CRITICAL,
}
# Fewer sent than this in a week need not bring any bounce.
_SENDS_THAT_MUST_BOUNCE = 1000
_QUEUE_STANDS = timedelta(minutes=15)
_ROAD_FAILS = timedelta(hours=1)
# They are made for three months ahead, so this leaves a month to mend it.
_FEWEST_MONTHS_AHEAD = 2
# As long as an alert's key may be.
_MOST_KEY = 120


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong; `key` says what it is about, whatever the words."""

    key: str
    kind: Alert.Kind
    level: Alert.Level
    title: str
    detail: str
    path: str
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language -> `title` and `detail` in it; those above are in the site's own."""


def bands(now: datetime) -> Iterator[Condition]:
    """Lists that are not healthy."""
    period = Period.ending(now.astimezone(UTC).date(), DEFAULT_PERIOD)
    for row in health.lists_health(period):
        level = _BAND_LEVELS.get(row.health.band)
        if level is None:
            continue
        advice = advise(row.health)
        known = {
            "list": row.mailing_list,
            "band": _(BANDS[row.health.band].label),
            "rate": rate_text(row.health.counts),
        }
        yield Condition(
            key=f"band:{row.mailing_list.pk}",
            kind=Alert.Kind.BAND,
            level=level,
            title=_("%(list)s: %(band)s, %(rate)s came back") % known,
            detail=f"{advice.cause} {advice.action}".strip(),
            path=reverse("admin:lists_mailinglist_change", args=[row.mailing_list.pk]),
        )


def silence(now: datetime) -> Iterator[Condition]:
    """Mail goes out, and nothing at all comes back."""
    newest = InboundMessage.objects.order_by("-received_at", "-id")
    last = newest.values_list("received_at", flat=True).first()
    hours = settings.ALERT_SILENCE_HOURS
    if not hours or (last is not None and last > now - timedelta(hours=hours)):
        return
    week = CampaignDay.objects.filter(day__gt=now.date() - timedelta(days=7))
    sent = week.aggregate(sent=Sum("sent"))["sent"] or 0
    if sent >= _SENDS_THAT_MUST_BOUNCE:
        yield Condition(
            key="silence",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=_("Nothing has come back for %(hours)d hours") % {"hours": hours},
            detail=_(
                "Mail was sent this week, and some of it always bounces. Look whether the bounce "
                "domain's MX leads here and the mailboxes are read."
            ),
            path=reverse("admin:bounces_inboundmessage_changelist"),
        )


def failed(_now: datetime) -> Iterator[Condition]:
    """Messages that were set aside."""
    number = count_up_to(COUNT_UP_TO, InboundMessage.objects.failed())
    if number:
        more = "+" if number >= COUNT_UP_TO else ""
        title = ngettext(
            "%(n)s message could not be processed", "%(n)s messages could not be processed", number
        )
        yield Condition(
            key="failed",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=title % {"n": f"{number:,}{more}"},
            detail=_("Read their errors, then process them again."),
            path=reverse("admin:bounces_inboundmessage_changelist") + "?state__exact=failed",
        )


def queue(now: datetime) -> Iterator[Condition]:
    """Messages wait, and no worker takes them."""
    pending = InboundMessage.objects.pending().order_by("id")
    waiting_since = pending.values_list("received_at", flat=True).first()
    if waiting_since is None or waiting_since > now - _QUEUE_STANDS:
        return
    last_work = roads.last_work()
    if last_work is None or last_work <= now - _QUEUE_STANDS:
        yield Condition(
            key="queue",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.CRITICAL,
            title=_("Messages wait and no worker takes them"),
            detail=_("See that a worker runs and reaches the broker and the database."),
            path=reverse("admin:bounces_inboundmessage_changelist") + "?state__exact=pending",
        )


def round_trips(_now: datetime) -> Iterator[Condition]:
    """Probes that are sent on a schedule and do not come back."""
    for probe in schedule.broken():
        lost = probe.state == Probe.State.LOST
        yield Condition(
            key=f"probe:{probe.campaign_id}",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.CRITICAL if lost else Alert.Level.WARNING,
            title=(
                _("%(campaign)s: the round trip did not come back")
                if lost
                else _("%(campaign)s: the round trip could not be sent")
            )
            % {"campaign": probe.campaign},
            detail=in_words(probe.error_said or probe.error)
            or _("Bounces of its mail may not arrive. Diagnose “bounces do not arrive”."),
            path=reverse("admin:diagnostics_probe_change", args=[probe.pk]),
        )


def failing_roads(now: datetime) -> Iterator[Condition]:
    """Mailboxes and other roads that have brought nothing but errors for a while."""
    for road in roads.states():
        if not road.is_failing:
            continue
        since = road.last_success_at or road.last_error_at
        if since > now - _ROAD_FAILS:
            continue
        yield Condition(
            key=f"road:{road.key}",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=_("%(road)s: no bounces come by this road") % {"road": road.name},
            detail=shown(road.last_error),
            path=road_url(road) or reverse("admin:index"),
        )


def archive(now: datetime) -> Iterator[Condition]:
    """Object storage has not taken or given up what it should for a while."""
    state = roads.archive()
    if state is None or not state.is_failing:
        return
    if (state.last_success_at or state.last_error_at) <= now - _ROAD_FAILS:
        yield Condition(
            key="archive",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=_("Messages cannot be moved into object storage"),
            detail=_("They stay in the database meanwhile. %(error)s")
            % {"error": shown(state.last_error)},
            path=reverse("admin:bounces_inboundmessage_changelist"),
        )


def missing_parts(now: datetime) -> Iterator[Condition]:
    """Tables in monthly parts that will soon be without one."""
    for table, months in partitions.months_ahead(now).items():
        if months >= _FEWEST_MONTHS_AHEAD:
            continue
        month = months_later(month_of(now), months + 1)
        yield Condition(
            key=f"parts:{table}",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=_("The table %(table)s has no part for %(month)s")
            % {"table": table, "month": date_format(month, "YEAR_MONTH_FORMAT")},
            detail=_(
                "The scheduler makes it every hour, with a worker of the queue “long”, unless "
                "something holds the table. Make it now with “manage.py partitions --keep”. "
                "No row is lost without it: rows go to the part “_default”, and move once there "
                "is another."
            ),
            path=reverse("admin:index"),
        )


def diagnoses(_now: datetime) -> Iterator[Condition]:
    """Lists whose repeated check-up found something to mend."""
    for run in repeating.to_mend():
        title = ngettext(
            "%(list)s: diagnostics found %(n)d thing to mend",
            "%(list)s: diagnostics found %(n)d things to mend",
            run.problems,
        )
        yield Condition(
            key=f"diagnosis:{run.mailing_list_id}",
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=title % {"list": run.mailing_list, "n": run.problems},
            detail=_("Read what broke and what to publish or set."),
            path=reverse("admin:diagnostics_diagnosticrun_change", args=[run.pk]),
        )


def storms(_now: datetime) -> Iterator[Condition]:
    """Senders that bring too much, whose messages are held back."""
    for held in looping.held_back():
        yield Condition(
            key=f"storm:{held.sender}"[:_MOST_KEY],
            kind=Alert.Kind.SYSTEM,
            level=Alert.Level.WARNING,
            title=_("%(sender)s brings a storm: %(n)s messages are held back")
            % {"sender": held.sender[:80], "n": f"{held.number:,}"},
            detail=_("They are stored. Look at some, then process them after all or leave them."),
            path=reverse("admin:bounces_senderhour_changelist"),
        )


CONDITIONS: tuple[Callable[[datetime], Iterator[Condition]], ...] = (
    bands,
    silence,
    failed,
    queue,
    round_trips,
    failing_roads,
    archive,
    missing_parts,
    storms,
    diagnoses,
)


def current(now: datetime) -> list[Condition]:
    """All that is wrong at `now`, in every language: whoever reads it later may speak another."""
    found = _found(settings.LANGUAGE_CODE, now)
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    said: dict[str, dict[str, dict[str, str]]] = {}
    for code in others if found else ():
        for one in _found(code, now):
            said.setdefault(one.key, {})[code] = {"title": one.title, "detail": one.detail}
    return [replace(one, said=said.get(one.key, {})) for one in found]


def _found(language: str, now: datetime) -> list[Condition]:
    with translation.override(language):
        return [condition for find in CONDITIONS for condition in find(now)]
