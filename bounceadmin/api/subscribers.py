"""People: who they are, and which lists they are on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from bounceadmin.api import paging
from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Addresses, Body, PathId, Text, one_of
from bounceadmin.api.problems import ProblemError
from lists import subscribing
from lists.addresses import canonical
from lists.models import MailingList, Subscriber, Subscription

router = Router(tags=["Subscribers"])
StatusName = one_of(*Subscription.Status.values)


class SubscriptionOut(Schema):
    """A person on a list, with what their bounces have added up to."""

    list: int = Field(alias="mailing_list_id")
    address: str = Field(alias="subscriber.address")
    status: StatusName
    hard_bounces: int
    soft_score: float
    last_bounce_at: datetime | None
    created_at: datetime


class SubscriberOut(Schema):
    """A person, and all their subscriptions."""

    id: int
    address: str
    canonical: str
    subscriptions: list[SubscriptionOut]


class Subscribing(Body):
    """Whom to put on the list. `again` also those who unsubscribed: only if they asked for it."""

    addresses: Addresses
    again: Annotated[bool, Field(strict=True)] = False


class Unsubscribing(Body):
    """Whom to take off the list, by their own wish."""

    addresses: Addresses


class SubscribedOut(Schema):
    """What came of one address."""

    address: str
    result: Literal["subscribed", "resubscribed", "known", "unsubscribed", "unknown", "invalid"]
    status: StatusName | Literal[""]


class Results(Schema):
    """What came of each address, in the order of the request."""

    items: list[SubscribedOut]


@router.get(
    "/subscribers",
    auth=Token("subscribers:read"),
    response=SubscriberOut,
    summary="One person, by address",
)
def find(request: HttpRequest, address: Annotated[Text, Field(max_length=1000)]):
    """In any spelling: upper or lower case, with or without angle brackets."""
    found = canonical(address, settings.FOLD_LOCAL_PART)
    if not found:
        detail = _("This is no address: write local@domain.")
        raise ProblemError(422, "invalid", detail, [("query.address", detail)])
    rows = Subscriber.objects.prefetch_related("subscriptions__subscriber")
    return rows.get(canonical=found)


@router.get(
    "/lists/{list_id}/subscribers",
    auth=Token("subscribers:read"),
    response=paging.Page[SubscriptionOut],
    summary="A list's people",
)
def of_list(
    request: HttpRequest,
    list_id: PathId,
    status: Annotated[StatusName | None, Field(description="Only those with it.")] = None,
    cursor: paging.Cursor = "",
    limit: paging.Limit = 100,
):
    mailing_list = MailingList.objects.get(pk=list_id)
    rows = Subscription.objects.filter(mailing_list=mailing_list).select_related("subscriber")
    return paging.by_id(rows.filter(status=status) if status else rows, cursor, limit)


@router.post(
    "/lists/{list_id}/subscribe",
    auth=Token("subscribers:write"),
    response=Results,
    summary="Put people on a list",
)
def subscribe(request: HttpRequest, list_id: PathId, body: Subscribing):
    """Ten thousand at most. Who bounced or was removed stays so until they are unsuppressed."""
    mailing_list = MailingList.objects.get(pk=list_id)
    return {"items": subscribing.subscribe(mailing_list, body.addresses, again=body.again)}


@router.post(
    "/lists/{list_id}/unsubscribe",
    auth=Token("subscribers:write"),
    response=Results,
    summary="Take people off a list",
)
def unsubscribe(request: HttpRequest, list_id: PathId, body: Unsubscribing):
    """Ten thousand at most."""
    mailing_list = MailingList.objects.get(pk=list_id)
    return {"items": subscribing.unsubscribe(mailing_list, body.addresses)}
