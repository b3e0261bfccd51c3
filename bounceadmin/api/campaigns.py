"""Campaigns: each mailing, or kind of message, to a list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from bounceadmin.api import paging
from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Body, Id, Moment, PathId, Text
from lists.models import Campaign, MailingList

router = Router(tags=["Campaigns"])


class CampaignOut(Schema):
    """A campaign. `bounce_address` is the envelope sender for whoever cannot set one a person.

    While `paused_at` is not null somebody wants it not to be sent: stop, and ask again later.
    """

    id: int
    list: int = Field(alias="mailing_list_id")
    name: str
    bounce_address: str
    started_at: datetime
    paused_at: datetime | None


class NewCampaign(Body):
    """A campaign to be made; without a bounce address it gets one of its own."""

    list: Id
    name: Annotated[Text, Field(min_length=1, max_length=160)]
    bounce_address: Annotated[Text, Field(max_length=254)] | None = None
    started_at: Moment | None = None


class CampaignChange(Body):
    """What is to be changed of a campaign; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=160)] | None = None
    started_at: Moment | None = None


@router.get("", auth=Token("lists:read"), response=paging.Page[CampaignOut], summary="Campaigns")
def index(
    request: HttpRequest,
    list: Annotated[PathId | None, Field(description="Only those of this list.")] = None,
    cursor: paging.Cursor = "",
    limit: paging.Limit = 100,
):
    rows = Campaign.objects.all()
    return paging.by_id(rows.filter(mailing_list=list) if list else rows, cursor, limit)


@router.post("", auth=Token("lists:write"), response={201: CampaignOut}, summary="Make a campaign")
def make(request: HttpRequest, body: NewCampaign):
    row = Campaign(
        mailing_list=MailingList.objects.get(pk=body.list),
        name=body.name,
        bounce_address=body.bounce_address,
        started_at=body.started_at or timezone.now(),
    )
    row.full_clean()
    row.save()
    return Status(201, row)


@router.get(
    "/{campaign_id}", auth=Token("lists:read"), response=CampaignOut, summary="One campaign"
)
def show(request: HttpRequest, campaign_id: PathId):
    return Campaign.objects.get(pk=campaign_id)


@router.patch(
    "/{campaign_id}", auth=Token("lists:write"), response=CampaignOut, summary="Change a campaign"
)
def change(request: HttpRequest, campaign_id: PathId, body: CampaignChange):
    """Its bounce address stays: bounces of what is sent already come there."""
    row = Campaign.objects.get(pk=campaign_id)
    for name, value in body.dict(exclude_none=True).items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return row
