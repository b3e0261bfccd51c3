"""Addresses that must not be mailed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import model_validator

from bounceadmin.api import paging
from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Addresses, Body, Id, Moment, PathId, Text, one_of
from bounceadmin.api.lists import StreamName
from bounceadmin.api.problems import ProblemError
from bounceadmin.api.searching import about
from lists import suppressing
from lists.models import MailingList, Suppression
from lists.models.choices import Scope
from lists.people import spellings
from lists.unsuppress_risk import question_for

router = Router(tags=["Suppressions"])
ScopeName = one_of(*Scope.values)
CauseName = one_of(*Suppression.Cause.values)
Why = Annotated[Text, Field(min_length=1, max_length=500, description="The log keeps it.")]


class SuppressionOut(Schema):
    """One address, how far it must not be mailed, and why."""

    id: int
    address: str
    scope: ScopeName
    stream: StreamName | Literal[""]
    list: int | None = Field(alias="mailing_list_id")
    cause: CauseName
    reason: str
    evidence: str
    since: datetime
    until: datetime | None
    lifted_at: datetime | None


class Suppressing(Body):
    """Addresses to keep from mail: everywhere, in one stream, or on one list."""

    addresses: Addresses
    why: Why
    scope: ScopeName = "global"
    stream: StreamName | None = None
    list: Id | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _reach_is_whole(self) -> Suppressing:
        if (self.scope == "stream") != (self.stream is not None):
            raise ValueError(_("Give `stream` with the scope `stream`, and only then."))
        if (self.scope == "list") != (self.list is not None):
            raise ValueError(_("Give `list` with the scope `list`, and only then."))
        return self


class Suppressed(Schema):
    """How many suppressions were made; those in force already are not made again."""

    suppressed: int
    invalid: list[str] = Field(description="What was no address; nothing was done for it.")


class Unsuppressing(Body):
    """Suppressions to lift. What is risky, as after a complaint, must be confirmed."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]
    why: Why
    confirmed: Annotated[bool, Field(strict=True)] = False


class Unsuppressed(Schema):
    """How many were lifted; those lifted before, or unknown, are left as they are."""

    lifted: int


@router.get(
    "",
    auth=Token("suppressions:read"),
    response=paging.Page[SuppressionOut],
    summary="Suppressions",
)
def index(
    request: HttpRequest,
    address: Annotated[Text, Field(max_length=1000)] = "",
    domain: Annotated[Text, Field(max_length=255)] = "",
    scope: ScopeName | None = None,
    stream: StreamName | None = None,
    list: PathId | None = None,
    cause: CauseName | None = None,
    in_force: Annotated[bool, Field(description="False: those lifted or run out as well.")] = True,
    cursor: paging.Cursor = "",
    limit: paging.Limit = 100,
):
    """Newest first. Filters given together must all hold."""
    exact = {"scope": scope, "stream": stream, "mailing_list": list, "cause": cause}
    rows = Suppression.objects.active() if in_force else Suppression.objects.all()
    rows = rows.filter(**{k: v for k, v in exact.items() if v})
    rows = about(rows, address, domain)
    return paging.newest_first(rows, "since", cursor, limit)


@router.post(
    "", auth=Token("suppressions:write"), response=Suppressed, summary="Suppress addresses"
)
def suppress(request: HttpRequest, body: Suppressing):
    """Ten thousand at most. The log names the token, and keeps why."""
    if body.list is not None:
        MailingList.objects.get(pk=body.list)
    spelled = spellings(body.addresses)
    wishes = [
        suppressing.SuppressionWish(
            address=address,
            cause=Suppression.Cause.MANUAL,
            why=body.why,
            scope=body.scope,
            stream=body.stream or "",
            list_id=body.list,
            until=body.until,
        )
        for address in sorted(set(spelled.values()) - {""})
    ]
    made = suppressing.suppress(wishes, request.auth.actor)
    return {
        "suppressed": made,
        "invalid": [text for text, address in spelled.items() if not address],
    }


@router.post(
    "/unsuppress",
    auth=Token("suppressions:write"),
    response=Unsuppressed,
    summary="Unsuppress addresses",
)
def unsuppress(request: HttpRequest, body: Unsuppressing):
    """Bounce counters of the addresses start again from zero. Who unsubscribed stays so."""
    rows = [*Suppression.objects.active().filter(pk__in=body.ids)]
    question = question_for([row.cause for row in rows])
    if question.confirm and not body.confirmed:
        detail = _("%(warning)s Send confirmed: true if it holds: %(confirm)s")
        told = {"warning": question.warning, "confirm": question.confirm}
        raise ProblemError(409, "not-confirmed", detail % told)
    return {"lifted": suppressing.unsuppress(rows, request.auth.actor, body.why)}
