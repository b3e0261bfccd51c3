"""Our own JSON hook, for any system that knows of bounces: see docs/webhooks.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from bounces.parsing.reasons.names import REASONS
from bounces.parsing.types import Kind
from bounces.sources.webhooks.base import (
    BearerProvider,
    from_unix,
    items,
    json_of,
    text,
)
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.notification import Notification
from bounces.sources.webhooks.stored_request import StoredRequest
from lists.addresses import parse_address

_MOST_EVENTS = 1000
_MOST_PROBLEMS = 20
_EVENTS: dict[str, Kind] = {
    "bounce": "bounce",
    "bounced": "bounce",
    "delayed": "delayed",
    "deferred": "delayed",
    "delivered": "delivered",
    "sent": "sent",
    "complaint": "complaint",
    "unsubscribe": "unsubscribe",
}
_TYPES = {"hard": "userunknown", "soft": "undefined", "block": "blocked"}
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_FIELDS = frozenset(
    ("email", "event", "reason", "type", "status", "campaign", "message_id", "id", "timestamp",
     "diagnostic", "smtp_code", "return_path", "remote_mta")
)  # fmt: skip
_LONGEST = 4000


class PlainJson(BearerProvider):
    name = "json"
    title = "JSON hook"
    setup = _(
        "Let your system post JSON to this address, one event or a list of up to 1,000, "
        "with its token. Errors are answered with the field that is wrong."
    )

    def check(self, request: HttpRequest) -> None:
        events = _events(request)
        if not events:
            raise RefusedError(400, "There is no event in the body.")
        if len(events) > _MOST_EVENTS:
            raise RefusedError(413, f"Send at most {_MOST_EVENTS} events at once.")
        problems = [
            {"index": index, "field": field, "problem": problem}
            for index, event in enumerate(events)
            for field, problem in _problems(event)
        ]
        if problems:
            raise RefusedError(
                400, "Nothing was stored: some events are not right.", problems[:_MOST_PROBLEMS]
            )

    def identity(self, request: HttpRequest) -> str:
        # Without id and time nothing tells a repetition from a new event but the day.
        told = all(event.get("id") or event.get("timestamp") for event in _events(request))
        return "" if told else f"{timezone.now():%Y-%m-%d}:{request.body.decode(errors='replace')}"

    def split(self, request: StoredRequest, raw: bytes) -> Iterator[StoredRequest]:
        yield from items(raw, _events(request))

    def read(self, request: StoredRequest) -> list[Notification]:
        (event,) = json.loads(request.body)
        reason = text(event.get("reason"))
        known = reason if reason in REASONS else ""
        kind = text(event.get("type"))
        diagnostic = text(event.get("diagnostic")) or ("" if known else reason)
        message_id = text(event.get("message_id")).strip("<> ")
        return [
            Notification(
                kind=_EVENTS[event["event"]],
                recipient=event["email"],
                at=_time(event.get("timestamp")),
                event_id=text(event.get("id")),
                message_id=message_id,
                return_path=text(event.get("return_path")),
                campaigns=tuple(filter(None, [text(event.get("campaign"))])),
                diagnostic=diagnostic,
                status=text(event.get("status")),
                smtp_code=text(event.get("smtp_code")),
                remote_mta=text(event.get("remote_mta")),
                reason=known,
                hint=_TYPES.get(kind, ""),
                rule=f"json:{known or kind}",
            )
        ]


def _events(request: HttpRequest) -> list:
    found = json_of(request)
    return found if isinstance(found, list) else [found]


def _problems(event: object) -> Iterator[tuple[str, str]]:
    """What is wrong with one event, a field and a sentence each."""
    if not isinstance(event, dict):
        yield "", "An event is a JSON object."
        return
    for field in event.keys() - _FIELDS:
        yield field[:60], f"There is no such field. Known are {', '.join(sorted(_FIELDS))}."
    for field in _FIELDS & event.keys():
        value = event[field]
        if isinstance(value, (dict, list, bool)) or len(text(value)) > _LONGEST:
            yield field, f"Give text of at most {_LONGEST} characters."
            return
    if parse_address(text(event.get("email"))) is None:
        yield "email", "Give an address, local@domain."
    if event.get("event") not in _EVENTS:
        yield "event", f"Give one of {', '.join(_EVENTS)}."
    if event.get("type") not in (None, "", *_TYPES):
        yield "type", f"Give one of {', '.join(_TYPES)}, or leave it out."
    if event.get("status") and not _STATUS.fullmatch(text(event["status"])):
        yield "status", "Give an enhanced status code such as 5.1.1, or leave it out."
    if event.get("smtp_code") and not re.fullmatch(r"[245]\d\d", text(event["smtp_code"])):
        yield "smtp_code", "Give a reply code such as 550, or leave it out."
    if event.get("timestamp") not in (None, "") and _time(event["timestamp"]) is None:
        yield "timestamp", "Give a time as ISO 8601 with its zone, or seconds since 1970."


def _time(value: object) -> datetime | None:
    if isinstance(value, (int, float)):
        return from_unix(value)
    try:
        found = parse_datetime(text(value))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
