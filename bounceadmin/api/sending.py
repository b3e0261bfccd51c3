"""Before sending: return paths, and who may be mailed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Addresses, Body, PathId
from lists import return_paths
from lists.may_send import Answer, may_send
from lists.models import Campaign, MailingList
from lists.people import spellings

router = Router(tags=["Sending"])


class ReturnPathsFor(Body):
    """Whom a campaign is about to be sent to."""

    addresses: Addresses
    form: Annotated[
        Literal["signed", "plain"],
        Field(description="`plain` can be forged: bounces to it are not verified."),
    ] = "signed"


class ReturnPathOut(Schema):
    """The envelope sender for one address; empty where it is no address, or does not fit."""

    address: str
    return_path: str


class ReturnPathsOut(Schema):
    """One for each address, in the order of the request."""

    items: list[ReturnPathOut]
    paused: bool = Field(description="Somebody paused the campaign: do not send it now.")


class MaySend(Body):
    """Whom a list is about to be sent to."""

    addresses: Addresses


class AnswerOut(Schema):
    """Whether one address may be mailed.

    `reason` is `invalid` (no address), `suppressed`, `unsubscribed` or `removed`, and empty where
    it may. Of a suppression: its `id`, why (`cause`), how far it `reaches`, since and until when.
    """

    address: str
    may_send: bool
    reason: Literal["", "invalid", "suppressed", "unsubscribed", "removed"]
    suppression: int | None = None
    cause: str = ""
    reaches: str = ""
    since: datetime | None = None
    until: datetime | None = None


class AnswersOut(Schema):
    """One for each address, in the order of the request."""

    items: list[AnswerOut]
    may_send: int = Field(description="How many of them may be mailed.")


@router.post(
    "/campaigns/{campaign_id}/return-paths",
    auth=Token("sending"),
    response=ReturnPathsOut,
    summary="Return paths",
)
def make_return_paths(request: HttpRequest, campaign_id: PathId, body: ReturnPathsFor):
    """The envelope sender (MAIL FROM) for each of up to ten thousand recipients of a campaign."""
    campaign = Campaign.objects.select_related("mailing_list").get(pk=campaign_id)
    made = return_paths.return_paths(campaign, body.addresses, signed=body.form == "signed")
    return {
        "items": [{"address": a, "return_path": made[a]} for a in body.addresses],
        "paused": campaign.paused_at is not None,
    }


@router.post(
    "/lists/{list_id}/may-send",
    auth=Token("sending"),
    response=AnswersOut,
    summary="May I send to these?",
)
def ask(request: HttpRequest, list_id: PathId, body: MaySend):
    """For up to ten thousand addresses. One that nothing is known of may be mailed."""
    mailing_list = MailingList.objects.get(pk=list_id)
    spelled = spellings(body.addresses)
    known = may_send([a for a in spelled.values() if a], mailing_list=mailing_list)
    items = [_answer(text, known.get(spelled[text])) for text in body.addresses]
    return {"items": items, "may_send": sum(item["may_send"] for item in items)}


def _answer(text: str, answer: Answer | None) -> dict[str, object]:
    if answer is None:
        return {"address": text, "may_send": False, "reason": "invalid"}
    row = answer.suppression
    if row is None:
        return {"address": text, "may_send": answer.allowed, "reason": answer.why}
    return {
        "address": text,
        "may_send": False,
        "reason": "suppressed",
        "suppression": row.pk,
        "cause": row.cause,
        "reaches": row.scope,
        "since": row.since,
        "until": row.until,
    }
