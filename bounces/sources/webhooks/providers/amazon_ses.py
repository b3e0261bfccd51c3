"""Amazon SES by SNS: notifications and event publishing, signed with Amazon's certificate."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from bounces import kept_words
from bounces.models import InboundMessage
from bounces.sources.webhooks import amazon, confirming, sns
from bounces.sources.webhooks.base import Keys, json_of, text
from bounces.sources.webhooks.by_anymail import AnymailProvider, campaigns_in, hinted
from bounces.sources.webhooks.errors import NotReadableError, RefusedError
from bounces.sources.webhooks.notification import Notification
from bounces.sources.webhooks.stored_request import StoredRequest, body_of

# bounceType/bounceSubType, as "Amazon SNS notification contents for Amazon SES" lists them.
_BOUNCES = {
    "Permanent/General": "userunknown",
    "Permanent/NoEmail": "userunknown",
    "Permanent/Suppressed": "suppressed",
    "Permanent/OnAccountSuppressionList": "suppressed",
    "Transient/General": "undefined",
    "Transient/MailboxFull": "mailboxfull",
    "Transient/MessageTooLarge": "mesgtoobig",
    "Transient/CustomTimeoutExceeded": "expired",
    "Transient/ContentRejected": "spamdetected",
    "Transient/AttachmentRejected": "policyviolation",
}
_TEST = "Successfully validated SNS topic for Amazon SES event publishing."


class _Reader(AmazonSESTrackingWebhookView):
    """anymail's reading of SES events, without its need for Amazon's library."""

    def __init__(self) -> None:
        self.kwargs: dict[str, Any] = {}


class AmazonSes(AnymailProvider):
    name = "amazon_ses"
    title = "Amazon SES"
    setup = _(
        "Create an SNS topic, let SES publish bounces, complaints and deliveries to it (a "
        "configuration set's event destination, or the identity's notifications), enter "
        "the topic's ARN in the settings here, then subscribe this address to the topic "
        "by HTTPS. Amazon's question is answered by itself."
    )
    has_topics = True

    def check(self, request: HttpRequest) -> None:
        _message(request)

    def authenticate(self, request: HttpRequest, keys: Keys) -> None:
        message = _message(request)
        if message.topic not in keys.topics:
            raise RefusedError(403, f"The topic {message.topic} is not allowed here.")
        try:
            certificate = amazon.certificate(message.certificate_url)
        except amazon.AmazonAwayError as error:
            raise RefusedError(503, str(error)) from error
        try:
            sns.verify(message, certificate, timezone.now())
        except sns.BadMessageError as error:
            raise RefusedError(403, str(error)) from error

    def signed_at(self, request: HttpRequest) -> datetime | None:
        try:
            return parse_datetime(_message(request).fields["Timestamp"])
        except ValueError:
            raise RefusedError(400, "The time in the message is none.") from None

    def identity(self, request: HttpRequest) -> str:
        return _message(request).fields["MessageId"]

    def read(self, request: StoredRequest) -> list[Notification]:
        message = _message(request)
        if message.type != sns.NOTIFICATION or message.fields["Message"].startswith(_TEST):
            return []
        event = json.loads(message.fields["Message"])
        if not isinstance(event, dict):
            raise NotReadableError("The notification is no event of Amazon SES.")
        found = _Reader().esp_to_anymail_events(event, dict(message.fields))
        return [self.notification(one) for one in found]

    def refine(self, event) -> dict[str, Any]:
        data = event.esp_event
        mail = data.get("mail") or {}
        mail_id = text(mail.get("messageId"))
        fields: dict[str, Any] = {
            "mail_id": mail_id,
            "message_id": f"{mail_id}@{_host(mail)}" if mail_id else "",
            "known_as": (mail_id, *_own_ids(mail)),
            "return_path": text(mail.get("source")),
            "campaigns": (*_tags(mail), *campaigns_in(event.metadata, event.tags)),
            "hint": "",
            # Redelivered by another topic it has another number: the mail's own tells.
            "event_id": "",
        }
        if event.event_type == "bounced":
            return fields | self._bounce(data["bounce"], event.recipient)
        if event.event_type == "complained":
            kind = text((data.get("complaint") or {}).get("complaintFeedbackType"))
            fields |= {"feedback_type": kind}
            if kind == "not-spam":
                fields |= {"kind": "other"}
        elif event.event_type == "rejected":
            # SES rejects only for viruses.
            fields |= {"reason": "virusdetected", "rule": "amazon_ses:Reject"}
        elif event.event_type == "failed":
            fields |= {"reason": "contenterror", "rule": "amazon_ses:Rendering Failure"}
        return fields

    def _bounce(self, bounce: dict[str, Any], recipient: str) -> dict[str, Any]:
        word = f"{bounce.get('bounceType')}/{bounce.get('bounceSubType')}"
        about: dict[str, Any] = next(
            (r for r in bounce["bouncedRecipients"] if r.get("emailAddress") == recipient), {}
        )
        fields = {
            "status": text(about.get("status")),
            "diagnostic": text(about.get("diagnosticCode")).partition("smtp; ")[2]
            or text(about.get("diagnosticCode")),
            "remote_mta": text(bounce.get("reportingMTA")).removeprefix("dsn; "),
            **hinted(self.name, _BOUNCES, word),
        }
        if _BOUNCES.get(word) == "suppressed":
            fields["reason"] = "suppressed"
        return fields

    def note_on(self, message: InboundMessage) -> str:
        told = sns.read(json.loads(body_of(message.raw)))
        if _asks(message, told):
            return kept_words.TOPIC_ASKED % {"topic": told.topic}
        if told.type == sns.UNSUBSCRIPTION:
            return kept_words.TOPIC_ENDED % {"topic": told.topic}
        return ""

    def keep(self, message: InboundMessage) -> None:
        told = sns.read(json.loads(body_of(message.raw)))
        if _asks(message, told):
            confirming.ask_for(message, told)


def _asks(message: InboundMessage, told: sns.SnsMessage) -> bool:
    """Whether it asks to confirm a subscription of an endpoint that is still there."""
    return told.type == sns.SUBSCRIPTION and message.endpoint_id is not None


def _message(request: HttpRequest) -> sns.SnsMessage:
    try:
        return sns.read(json_of(request))
    except sns.BadMessageError as error:
        raise RefusedError(400, str(error)) from error


def _host(mail: dict[str, Any]) -> str:
    """The host in the Message-ID that SES writes: its first region has a name of its own."""
    parts = text(mail.get("sourceArn")).split(":")
    region = parts[3] if len(parts) > 3 and parts[3] else "us-east-1"
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"


def _own_ids(mail: dict[str, Any]) -> list[str]:
    """The Message-ID that the sender gave, before SES wrote its own."""
    common = mail.get("commonHeaders") or {}
    return [text(common.get("messageId")).strip("<>")]


def _tags(mail: dict[str, Any]) -> list[str]:
    """SES tags are lists by name."""
    tags = mail.get("tags") or {}
    found = tags.get("campaign") if isinstance(tags, dict) else None
    return [text(tag) for tag in found] if isinstance(found, list) else []
