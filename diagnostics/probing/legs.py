"""A probe's way, leg by leg, with what each took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from diagnostics.models import Probe
from diagnostics.words import in_words

LegState = Literal["done", "waiting", "broken", "ahead"]


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg."""

    title: str
    state: LegState
    at: datetime | None = None
    seconds: float | None = None
    """Since the leg before."""
    detail: str = ""


def legs(probe: Probe) -> list[Leg]:
    """All legs in order; the first that is not done is waited for, or is where it broke."""
    road = probe.bounce.get_source_display() if probe.bounce else ""
    stops = [
        (_("Asked for"), probe.created_at, ""),
        (_("Taken by the relay"), probe.handed_at, probe.relay_reply),
        (
            _("The bounce came in"),
            probe.returned_at,
            _("by %(road)s") % {"road": road.lower()} if road else "",
        ),
        (_("Understood and known as ours"), probe.understood_at, ""),
    ]
    found: list[Leg] = []
    before: datetime | None = None
    for title, at, detail in stops:
        if at is not None:
            seconds = max(0.0, (at - before).total_seconds()) if before else None
            found.append(Leg(title, "done", at, seconds, detail))
            before = at
            continue
        is_next = all(leg.state == "done" for leg in found)
        state: LegState = "ahead"
        if is_next:
            broken = probe.state in (Probe.State.FAILED, Probe.State.LOST)
            state = "broken" if broken else "waiting"
            detail = in_words(probe.error_said or probe.error) or (
                _("a notice of delay came") if probe.delayed_at else ""
            )
        found.append(Leg(title, state, detail=detail))
    return found
