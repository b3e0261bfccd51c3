"""After sending: how many were sent, the denominator of every rate."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Header, Router, Schema
from pydantic import StrictInt, field_validator, model_validator

from bounceadmin.api.auth import Token
from bounceadmin.api.fields import Body, Day, Moment, PathId, Text
from bounceadmin.api.problems import ProblemError
from lists import reporting, sending
from lists.addresses import canonical, to_ascii_domain
from lists.models import Campaign, DomainDay, SendReport

router = Router(tags=["Sends"])
MOST = 10_000
_MOST_SENT = 10**12
Number = Annotated[StrictInt, Field(ge=-_MOST_SENT, le=_MOST_SENT)]


class Sent(Body):
    """Recipients of one day and recipient domain."""

    day: Day = Field(description="In UTC.")
    domain: Annotated[Text, Field(max_length=255, examples=["example.net"])] = ""
    sent: Number | None = None
    delivered: Number | None = None

    @field_validator("day")
    @classmethod
    def _has_been(cls, day: date) -> date:
        # Tomorrow has begun somewhere.
        if day > timezone.now().date() + timedelta(days=1):
            raise ValueError(_("This day is still to come."))
        return day

    @field_validator("domain")
    @classmethod
    def _is_domain(cls, text: str) -> str:
        domain = to_ascii_domain(text) if text else ""
        if text and not domain:
            raise ValueError(_("This is no domain, such as example.net."))
        return domain


class SentMessage(Body):
    """One message, by its Message-ID; with the address where it went to one person only."""

    message_id: Annotated[Text, Field(min_length=1, max_length=998)]
    address: Annotated[Text, Field(max_length=1000)] = ""
    at: Moment | None = None

    @field_validator("address")
    @classmethod
    def _is_address(cls, text: str) -> str:
        address = canonical(text, settings.FOLD_LOCAL_PART) if text else ""
        if text and not address:
            raise ValueError(_("This is no address: write local@domain."))
        return address


class Report(Body):
    """What was sent: numbers, messages, or both.

    With both, the messages are not counted as well: the numbers are taken to include them.
    """

    mode: Annotated[
        Literal["add", "replace"],
        Field(
            description="`add` to what was reported before (numbers below zero take back), or "
            "`replace` the numbers of the same day and domain."
        ),
    ] = "add"
    counts: Annotated[list[Sent], Field(max_length=MOST)] = []
    messages: Annotated[list[SentMessage], Field(max_length=MOST)] = []

    @model_validator(mode="after")
    def _says_something(self) -> Report:
        if not self.counts and not self.messages:
            raise ValueError(_("Report counts, messages or both."))
        if self.mode == "replace" and any(
            number is not None and number < 0
            for c in self.counts
            for number in (c.sent, c.delivered)
        ):
            raise ValueError(_("A number that replaces another cannot be below zero."))
        return self


class Recorded(Schema):
    """By how much the counts have changed, and how many Message-IDs were new."""

    sent: int
    delivered: int
    messages: int


class DayOut(Schema):
    """What is reported of a day and recipient domain."""

    day: date
    domain: str
    sent: int
    delivered: int


class DaysOut(Schema):
    """The days, newest first."""

    items: list[DayOut]


@router.post(
    "/campaigns/{campaign_id}/sends",
    auth=Token("sends:write"),
    response=Recorded,
    summary="Report sends",
)
def report(
    request: HttpRequest,
    response: HttpResponse,
    campaign_id: PathId,
    body: Report,
    idempotency_key: Text = Header(
        "",
        alias="Idempotency-Key",
        max_length=128,
        description="Any text of yours that names this report. Sent again with the same key, a "
        "report counts once and has the same answer; another report with a used key is refused "
        "(409). Keys are remembered for 90 days.",
    ),
):
    """Ten thousand counts and ten thousand messages at most, all of it or nothing."""
    campaign = Campaign.objects.get(pk=campaign_id)
    token = request.auth
    try:
        taken = reporting.take(
            lambda: _record(campaign, body),
            source=SendReport.Source.API,
            actor=token.actor,
            digest=hashlib.sha256(f"{campaign_id} ".encode() + request.body).hexdigest(),
            key=f"token:{token.pk}:{idempotency_key}" if idempotency_key else None,
            campaign_id=campaign.pk,
        )
    except sending.CorrectionError as error:
        raise ProblemError(409, error.code, str(error)) from error
    except reporting.KeyReusedError as error:
        raise ProblemError(409, "key-reused", str(error)) from error
    if taken.repeated:
        response["Idempotent-Replayed"] = "true"
    return taken.report.outcome


@router.get(
    "/campaigns/{campaign_id}/sends",
    auth=Token("sends:read"),
    response=DaysOut,
    summary="What is reported",
)
def reported(
    request: HttpRequest,
    campaign_id: PathId,
    day: Annotated[date, Field(description="In UTC.")],
):
    """Of one day, by recipient domain."""
    campaign = Campaign.objects.get(pk=campaign_id)
    rows = DomainDay.objects.filter(campaign=campaign, day=day).exclude(sent=0, delivered=0)
    return {"items": rows.order_by("domain")}


def _record(campaign: Campaign, body: Report) -> dict[str, int]:
    counts = [
        sending.SentCount(campaign.pk, c.day, c.domain, c.sent, c.delivered) for c in body.counts
    ]
    now = timezone.now()
    mails = [
        sending.SentMail(campaign.pk, m.message_id, m.address, m.at or now) for m in body.messages
    ]
    done = sending.record(counts, replace=body.mode == "replace")
    done += sending.record_messages(mails, count=not counts)
    return {"sent": done.sent, "delivered": done.delivered, "messages": done.messages}
