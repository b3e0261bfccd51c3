"""Lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from bounceadmin.api import paging
from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Body, PathId, Text, one_of
from lists.models import MailingList
from lists.models.choices import Stream

router = Router(tags=["Lists"])
StreamName = one_of(*Stream.values)


class ListOut(Schema):
    """A list."""

    id: int
    name: str
    stream: str
    header_from: str
    bounce_domain: str
    created_at: datetime


class NewList(Body):
    """A list to be made."""

    name: Annotated[Text, Field(min_length=1, max_length=120)]
    stream: StreamName = "marketing"
    header_from: Annotated[Text, Field(max_length=254, examples=["news@example.com"])]
    bounce_domain: Annotated[Text, Field(max_length=253, examples=["bounces.example.com"])]


class ListChange(Body):
    """What is to be changed of a list; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    header_from: Annotated[Text, Field(max_length=254)] | None = None
    bounce_domain: Annotated[Text, Field(max_length=253)] | None = None


@router.get("", auth=Token("lists:read"), response=paging.Page[ListOut], summary="Lists")
def index(request: HttpRequest, cursor: paging.Cursor = "", limit: paging.Limit = 100):
    return paging.by_id(MailingList.objects.all(), cursor, limit)


@router.post("", auth=Token("lists:write"), response={201: ListOut}, summary="Make a list")
def make(request: HttpRequest, body: NewList):
    """Its policy and bands are those of its stream."""
    row = MailingList(**body.dict())
    row.full_clean()
    row.save()
    return Status(201, row)


@router.get("/{list_id}", auth=Token("lists:read"), response=ListOut, summary="One list")
def show(request: HttpRequest, list_id: PathId):
    return MailingList.objects.get(pk=list_id)


@router.patch("/{list_id}", auth=Token("lists:write"), response=ListOut, summary="Change a list")
def change(request: HttpRequest, list_id: PathId, body: ListChange):
    """The stream cannot be changed: campaigns, suppressions and counts belong to it."""
    row = MailingList.objects.get(pk=list_id)
    for name, value in body.dict(exclude_none=True).items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return row
