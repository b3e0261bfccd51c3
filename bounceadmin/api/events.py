"""What came back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from bounceadmin.api import paging
from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Moment, PathId, Text, one_of
from bounceadmin.api.searching import about
from bounces.explaining import explain
from bounces.models import BounceEvent

router = Router(tags=["Events"])
KindName = one_of(*BounceEvent.Kind.values)
CategoryName = one_of(*BounceEvent.Category.values)


class EventOut(Schema):
    """One bounce, complaint or other thing that came back, about one recipient.

    `effect` is what it did to the address: `suppress`, `remove`, `counted` or nothing. Only what
    is `verified` counts in a rate.
    """

    id: int
    kind: KindName
    category: CategoryName | Literal[""]
    reason: str
    sentence: str
    status: str
    smtp_code: str
    diagnostic: str
    address: str
    domain: str
    reported_recipient: str
    list: int | None = Field(alias="mailing_list_id")
    campaign: int | None = Field(alias="campaign_id")
    verified: bool
    proof: str
    effect: str
    remote_mta: str
    original_message_id: str
    occurred_at: datetime

    @staticmethod
    def resolve_sentence(event: BounceEvent) -> str:
        return explain(event).sentence

    @staticmethod
    def resolve_verified(event: BounceEvent) -> bool:
        return event.trust == BounceEvent.Trust.VERIFIED


@router.get("", auth=Token("events:read"), response=paging.Page[EventOut], summary="Events")
def index(
    request: HttpRequest,
    list: PathId | None = None,
    campaign: PathId | None = None,
    address: Annotated[Text, Field(max_length=1000)] = "",
    domain: Annotated[Text, Field(max_length=255)] = "",
    kind: KindName | None = None,
    category: CategoryName | None = None,
    reason: Annotated[Text, Field(max_length=32)] = "",
    verified: bool | None = None,
    since: Annotated[Moment | None, Field(description="Not before.")] = None,
    until: Annotated[Moment | None, Field(description="Before.")] = None,
    cursor: paging.Cursor = "",
    limit: paging.Limit = 100,
):
    """Newest first. Filters given together must all hold."""
    exact = {
        "mailing_list": list,
        "campaign": campaign,
        "kind": kind,
        "category": category,
        "reason": reason,
        "occurred_at__gte": since,
        "occurred_at__lt": until,
    }
    rows = BounceEvent.objects.filter(**{k: v for k, v in exact.items() if v})
    rows = about(rows, address, domain)
    if verified is not None:
        trust = BounceEvent.Trust
        rows = rows.filter(trust=trust.VERIFIED if verified else trust.UNVERIFIED)
    return paging.newest_first(rows, "occurred_at", cursor, limit)


@router.get("/{event_id}", auth=Token("events:read"), response=EventOut, summary="One event")
def show(request: HttpRequest, event_id: PathId):
    return BounceEvent.objects.get(pk=event_id)
