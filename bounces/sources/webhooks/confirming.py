"""Confirming that an Amazon SNS topic may report to an endpoint: after the commit, with retries."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bounces.models import InboundMessage, TopicSubscription
from bounces.sources.sealing import UnsealableError, seal, unseal
from bounces.sources.webhooks import amazon, sns
from bounces.text import storable
from lists.announcing import announce

# Amazon's address to confirm at holds for three days.
_MOST_TRIES = 40
_TASK = "bounces.tasks.confirm_topic_subscription"


def ask_for(message: InboundMessage, asked: sns.SnsMessage) -> None:
    """Keep what Amazon asked, once, and have it confirmed after the commit.

    Call it within the transaction that marks the request as processed.
    """
    url = asked.subscribe_url
    row, made = TopicSubscription.objects.get_or_create(
        digest=hashlib.sha256(url.encode()).hexdigest(),
        defaults={
            "endpoint_id": message.endpoint_id,
            "topic": asked.topic,
            "sealed_url": seal(url),
        },
    )
    if made:
        announce(_TASK, row.pk)


def confirm(pk: int) -> None:
    """Confirm one that is pending, if its topic is (still) allowed; safe to call twice.

    Amazon takes a second confirmation as it took the first.
    """
    with transaction.atomic():
        row = (
            TopicSubscription.objects.select_for_update(of=("self",))
            .select_related("endpoint")
            .filter(pk=pk, state=TopicSubscription.State.PENDING)
            .first()
        )
        if row is None:
            return
        TopicSubscription.objects.filter(pk=pk).update(
            tries=F("tries") + 1, tried_at=timezone.now()
        )
    if row.topic not in row.endpoint.allowed_topics or not row.endpoint.is_active:
        _end(row, TopicSubscription.State.FAILED, "The topic is not allowed (any more).")
        return
    state, error = TopicSubscription.State.CONFIRMED, ""
    try:
        amazon.fetch(unseal(row.sealed_url))
    except amazon.AmazonAwayError as away:
        last = row.tries + 1 >= _MOST_TRIES
        state = TopicSubscription.State.FAILED if last else TopicSubscription.State.PENDING
        error = str(away)
    except UnsealableError as lost:
        state, error = TopicSubscription.State.FAILED, str(lost)
    _end(row, state, error)


def sweep() -> int:
    """Announce what is pending and was not tried lately; return how many."""
    ids = list(TopicSubscription.objects.overdue().values_list("pk", flat=True)[:100])
    for pk in ids:
        announce(_TASK, pk)
    return len(ids)


def _end(row: TopicSubscription, state: str, error: str) -> None:
    TopicSubscription.objects.filter(pk=row.pk, state=TopicSubscription.State.PENDING).update(
        state=state, error=storable(error, 255)
    )
