"""The bounce of a probe among the messages that come in: it closes the probe and counts nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from django.db.models import Q

from bounces.kept_words import ROUND_TRIP
from bounces.taking import Taken, Understood
from diagnostics.models import Probe
from diagnostics.probing.trips import came_back

KIND = "probe"
_RECIPIENT = re.compile(r"probe-[0-9a-f]{12}@", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"probe-[0-9a-f]{24}@")


def take(understood: Sequence[Understood]) -> Mapping[int, Taken]:
    """A `bounces.taking.Taker` of probes' bounces; asks the database only where one may be."""
    names = {
        item.row.id: names
        for item in understood
        if item.parsed.kind in ("bounce", "delayed") and (names := set(_names(item)))
    }
    wanted = set().union(*names.values()) if names else set()
    if not wanted:
        return {}
    probes = Probe.objects.filter(Q(recipient__in=wanted) | Q(message_id__in=wanted))
    by_name = {name: probe for probe in probes for name in (probe.recipient, probe.message_id)}
    found: dict[int, Taken] = {}
    for item in understood:
        hits = [by_name[name] for name in names.get(item.row.id, ()) if name in by_name]
        if hits:
            found[item.row.id] = _taken(item, hits[0])
    return found


def _taken(item: Understood, probe: Probe) -> Taken:
    keep = partial(
        came_back,
        probe.pk,
        item.row.id,
        item.row.received_at,
        is_delay=item.parsed.kind == "delayed",
    )
    return Taken(KIND, ROUND_TRIP % {"domain": probe.domain}, keep)


def _names(item: Understood) -> Iterable[str]:
    """What a probe would be known by."""
    recipients = (item.attribution.recipient, *(r.recipient for r in item.parsed.reports))
    yield from (one.lower() for one in recipients if _RECIPIENT.match(one))
    message_id = item.parsed.original_message_id
    if _MESSAGE_ID.match(message_id):
        yield message_id
