"""Services whose events django-anymail reads: its views check and parse, we add what it drops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailCoreWebhookView
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from bounces.parsing.types import Kind
from bounces.sources.webhooks.base import Keys, Provider, text
from bounces.sources.webhooks.errors import RefusedError
from bounces.sources.webhooks.notification import Notification
from bounces.sources.webhooks.stored_request import StoredRequest

_KINDS: dict[str, Kind] = {
    EventType.SENT: "sent",
    EventType.DELIVERED: "delivered",
    EventType.DEFERRED: "delayed",
    EventType.BOUNCED: "bounce",
    EventType.REJECTED: "bounce",
    EventType.FAILED: "bounce",
    EventType.AUTORESPONDED: "autoreply",
    EventType.COMPLAINED: "complaint",
    EventType.UNSUBSCRIBED: "unsubscribe",
}
# What the service did not even send, because of what it knows of the address.
_NOT_SENT = {
    RejectReason.INVALID: "userunknown",
    RejectReason.BOUNCED: "suppressed",
    RejectReason.TIMED_OUT: "suppressed",
    RejectReason.BLOCKED: "suppressed",
    RejectReason.SPAM: "suppressed",
    RejectReason.UNSUBSCRIBED: "suppressed",
}
_REFUSED = {
    RejectReason.INVALID: "userunknown",
    RejectReason.TIMED_OUT: "expired",
    RejectReason.BLOCKED: "blocked",
    RejectReason.SPAM: "spamdetected",
}


# anymail's own, and what a body, header or key that is not even of the right shape gives.
_NOT_AUTHENTIC = (
    AnymailError, SuspiciousOperation, ValueError, TypeError, AttributeError, LookupError,
    RecursionError,
)  # fmt: skip


class AnymailProvider(Provider):
    """A service by one of anymail's tracking views."""

    view: type[AnymailCoreWebhookView]
    secret_option = ""
    """The view's option that takes the key."""

    def options(self, secret: str) -> dict[str, Any]:
        """The view's options. Without basic authentication: that is checked for all alike."""
        options: dict[str, Any] = {"webhook_secret": ["-"]}
        return options | {self.secret_option: secret} if self.secret_option else options

    def authenticate(self, request: HttpRequest, keys: Keys) -> None:
        if not self.secret_option:
            return
        view = self.view(**self.options(keys.secret))
        view.basic_auth = []
        try:
            view.run_validators(request)
        except _NOT_AUTHENTIC as error:
            raise RefusedError(403, f"The signature does not hold: {error}"[:250]) from error

    def read(self, request: StoredRequest) -> list[Notification]:
        # Read only what was authenticated before it was stored: the key is not needed again.
        view = self.view(**self.options("-"))
        return [self.notification(event) for event in view.parse_events(request)]

    def notification(self, event: AnymailTrackingEvent) -> Notification:
        """What anymail found, and what `refine` adds."""
        kind = _KINDS.get(event.event_type, "other")
        not_sent = event.event_type in (EventType.REJECTED, EventType.FAILED)
        reason, hint = "", ""
        if not_sent:
            reason = _NOT_SENT.get(event.reject_reason, "")
        else:
            hint = _REFUSED.get(event.reject_reason, "")
        found = Notification(
            kind=kind,
            recipient=text(event.recipient),
            at=event.timestamp,
            event_id=text(event.event_id),
            mail_id=text(event.message_id).strip("<>"),
            campaigns=campaigns_in(event.metadata, event.tags),
            diagnostic=text(event.mta_response) or text(event.description),
            reason=reason,
            hint=hint,
            rule=f"{self.name}:{event.reject_reason or event.event_type}",
        )
        return replace(found, **self.refine(event)) if kind != "other" else found

    def refine(self, event: AnymailTrackingEvent) -> dict[str, Any]:
        """Fields of the notification that the service tells and anymail does not."""
        return {}


def campaigns_in(metadata: object, tags: object) -> tuple[str, ...]:
    """What may name a campaign: metadata `campaign`, then tags."""
    found = []
    if isinstance(metadata, Mapping):
        found += [metadata.get("campaign"), metadata.get("campaign_id")]
    found += tags if isinstance(tags, (list, tuple)) else [tags]
    return tuple(dict.fromkeys(filter(None, map(text, found))))[:10]


def hinted(name: str, table: Mapping[str, str], value: object) -> dict[str, str]:
    """The fields for what a service's own word means, by `table`; none where it has no row."""
    word = text(value)
    reason = table.get(word, "")
    return {"hint": reason, "rule": f"{name}:{word}"} if reason else {}
