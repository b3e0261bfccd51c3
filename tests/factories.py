"""Rows for tests, each with sensible values for what a test does not care about."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from django.contrib.auth.models import Group, User
from django.forms import model_to_dict

from bounces.models import BounceEvent, InboundMessage, Mailbox, RawMessage, WebhookEndpoint
from bounces.sources.sealing import seal
from diagnostics.models import DiagnosticRun
from diagnostics.plans import PLANS
from diagnostics.requesting import request_run
from lists.addresses import domain_of
from lists.models import Campaign, MailingList, Subscriber, Subscription

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def make_list(**fields) -> MailingList:
    n = next(_numbers)
    defaults = {
        "name": f"List {n}",
        "header_from": "news@example.com",
        "bounce_domain": "bounces.example.com",
    }
    return MailingList.objects.create(**defaults | fields)


def make_campaign(**fields) -> Campaign:
    n = next(_numbers)
    if "mailing_list" not in fields:
        fields["mailing_list"] = make_list()
    return Campaign.objects.create(**{"name": f"Campaign {n}", "started_at": NOW} | fields)


def make_subscriber(address: str = "", *lists: MailingList) -> Subscriber:
    subscriber = Subscriber.objects.create(address=address or f"person{next(_numbers)}@example.net")
    for mailing_list in lists:
        Subscription.objects.create(subscriber=subscriber, mailing_list=mailing_list)
    return subscriber


def make_message(**fields) -> InboundMessage:
    n = next(_numbers)
    raw = fields.pop("raw", f"Subject: message {n}\n\nhello\n".encode())
    defaults = {"digest": f"{n:032x}" * 2, "size": len(raw), "source": "file"}
    message = InboundMessage.objects.create(**defaults | fields)
    stored_at = message.processed_at or message.queued_at
    RawMessage.objects.create(message=message, content=raw, stored_at=stored_at)
    return message


def make_event(**fields) -> BounceEvent:
    """A verified hard bounce unless told otherwise; `campaign` brings its list along."""
    n = next(_numbers)
    address = fields.setdefault("address", f"person{n}@example.net")
    defaults = {
        "kind": BounceEvent.Kind.BOUNCE,
        "category": BounceEvent.Category.HARD,
        "reason": "userunknown",
        "status": "5.1.1",
        "smtp_code": "550",
        "diagnostic": "550 5.1.1 no such user",
        "domain": domain_of(address),
        "reported_recipient": address,
        "trust": BounceEvent.Trust.VERIFIED,
        "proof": BounceEvent.Proof.SIGNED_RETURN_PATH,
        "occurred_at": NOW,
    }
    if fields.get("campaign"):
        defaults["mailing_list"] = fields["campaign"].mailing_list
    if "message" not in fields:
        fields["message"] = make_message(state=InboundMessage.State.PROCESSED)
    return BounceEvent.objects.create(**defaults | fields)


def make_user(role: str = "Admin", username: str = "") -> User:
    """A member of staff with one of the roles `Marketer`, `Operator`, `Admin`."""
    user = User.objects.create_user(
        username or f"{role.lower()}{next(_numbers)}", password=PASSWORD, is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    return user


def policy_form(policy, **changes) -> dict[str, object]:
    """What a browser sends of the form of a policy, with `changes`."""
    values = model_to_dict(policy)
    points = values.pop("soft_points")
    return values | {f"soft_points_{reason}": n for reason, n in points.items()} | changes


def make_run(about=None, plan: str = "checkup", **fields) -> DiagnosticRun:
    """A diagnosis that waits for a worker."""
    run = request_run(PLANS[plan], about or make_campaign(), by=fields.pop("by", None))
    DiagnosticRun.objects.filter(pk=run.pk).update(**fields)
    run.refresh_from_db()
    return run


def make_mailbox(**fields) -> Mailbox:
    n = next(_numbers)
    defaults = {"name": f"Mailbox {n}", "host": "imap.example.com", "username": "bounces"}
    return Mailbox.objects.create(**defaults | {"afterwards": "delete"} | fields)


def make_endpoint(provider: str, secret: str = "", basic_auth: str = "", **fields):
    """A webhook endpoint; its address's last part is `.token`."""
    return WebhookEndpoint.objects.create(
        provider=provider,
        sealed_secret=seal(secret),
        sealed_basic_auth=seal(basic_auth),
        **{"name": f"Webhook {next(_numbers)}"} | fields,
    )
