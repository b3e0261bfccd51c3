"""Taking deliveries that are due, posting them, keeping what came of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lists import tidying
from lists.outgoing import backoff, kinds, posting, signing
from lists.outgoing.models import Delivery, Endpoint, Message, address_policy
from lists.outgoing.outbox import wake, write
from lists.outgoing.posting import Answer

State = Delivery.State

# What one sweep announces for an endpoint at most; the next one goes on.
MOST_AT_ONCE = 500
# How long what is done is kept to be looked at.
KEPT = timedelta(days=30)
_GONE = 410


def deliver(ids: Sequence[int]) -> None:
    """Try those of the deliveries that are due. Safe to run twice, and to be killed at any line.

    A claim is committed before each try, so that two workers never try the same; the request is
    made outside of any transaction. Killed between request and record, a delivery is made again:
    receivers know it by its id.
    """
    for pk in ids:
        now = timezone.now()
        if _claim(pk, now):
            _try(Delivery.objects.select_related("message", "endpoint").get(pk=pk), now)


@transaction.atomic
def _claim(pk: int, now: datetime) -> bool:
    """Whether the delivery is due, and ours."""
    # Locked first: an update of what a subquery finds would let a worker that has waited for
    # another one's claim claim it too.
    due = Delivery.objects.due(now).filter(pk=pk)
    if not due.select_for_update(of=("self",), skip_locked=True).values_list("pk").first():
        return False
    Delivery.objects.filter(pk=pk).update(claimed_at=now, attempts=F("attempts") + 1)
    return True


def sweep() -> int:
    """Announce what is due; return how many. One alone to an endpoint whose last try failed."""
    now = timezone.now()
    ids: list[int] = []
    for endpoint in Endpoint.objects.filter(enabled=True):
        most = 1 if endpoint.failures else MOST_AT_ONCE
        due = Delivery.objects.due(now).filter(endpoint=endpoint).order_by("next_try_at")
        ids += due.values_list("pk", flat=True)[:most]
    wake(ids)
    return len(ids)


def send_test(endpoint: Endpoint) -> Delivery:
    """Post a test message now, whatever the endpoint wants to be told; what came of it."""
    item = {"message": "This is a test: signatures and delivery work if you can read it."}
    (delivery,) = write(kinds.TEST, [[item]], [endpoint])
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(claimed_at=now, attempts=1)
    delivery.refresh_from_db()
    _try(delivery, now)
    return delivery


def deliver_again(ids: Sequence[int]) -> int:
    """Put what was delivered or given up back to be tried at once; return how many."""
    found = list(
        Delivery.objects.filter(pk__in=ids)
        .exclude(state=State.PENDING)
        .values_list("pk", flat=True)
    )
    Delivery.objects.filter(pk__in=found).update(
        state=State.PENDING, attempts=0, next_try_at=timezone.now(), claimed_at=None, done_at=None
    )
    wake(found)
    return len(found)


def rotate_secret(endpoint: Endpoint) -> None:
    """Give it a new secret; the one before signs too for a day, so that nothing is lost."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        secret_generation=F("secret_generation") + 1, rotated_at=timezone.now()
    )
    endpoint.refresh_from_db()


def delete_old() -> Iterator[int]:
    """Delete messages older than `KEPT` that nobody waits for any more; yield how many."""
    old = Message.objects.filter(created_at__lt=timezone.now() - KEPT)
    return tidying.delete(old.exclude(deliveries__state=State.PENDING))


def _try(delivery: Delivery, now: datetime) -> None:
    body = delivery.message.body.encode()
    signed = signing.headers(
        delivery.message.public_id,
        int(now.timestamp()),
        body,
        delivery.endpoint.signing_secrets(now),
    )
    answer = posting.post(
        delivery.endpoint.url,
        body,
        {"Content-Type": "application/json", "User-Agent": "bounceadmin", **signed},
        policy=address_policy(),
    )
    _keep(delivery, answer, now)


@transaction.atomic
def _keep(delivery: Delivery, answer: Answer, now: datetime) -> None:
    # The webhook may have been deleted in the meantime: then there is nothing to keep.
    if not Delivery.objects.select_for_update().filter(pk=delivery.pk).exists():
        return
    milliseconds = round(1000 * answer.seconds)
    delivery.status = answer.status or None
    delivery.milliseconds = milliseconds
    delivery.answer = answer.excerpt
    delivery.error = answer.error[:255]
    delivery.claimed_at = None
    delivery.tries = [
        *delivery.tries[1 - 2 * backoff.MOST_TRIES :],
        {
            "at": now.isoformat(timespec="seconds"),
            "status": answer.status,
            "ms": milliseconds,
            "error": delivery.error,
        },
    ]
    if answer.accepted:
        delivery.state, delivery.done_at = State.DELIVERED, now
    else:
        _put_off(delivery, answer, now)
    delivery.save()
    _note(delivery.endpoint_id, answer, now)


def _put_off(delivery: Delivery, answer: Answer, now: datetime) -> None:
    wait = backoff.delay(delivery.attempts, random.random(), answer.retry_after)
    is_test = delivery.message.kind == kinds.TEST
    if wait is None or answer.status == _GONE or is_test:
        delivery.state, delivery.done_at = State.PARKED, now
    else:
        delivery.next_try_at = now + wait


def _note(endpoint_id: int, answer: Answer, now: datetime) -> None:
    """Leave an endpoint alone that fails, the longer the more often; forget it when it works."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    if answer.accepted:
        if not endpoint.failures:
            return
        endpoint.failures, endpoint.quiet_until = 0, None
    else:
        endpoint.failures += 1
        endpoint.quiet_until = now + backoff.quiet(endpoint.failures)
        # 410 Gone: the receiver says that it wants nothing any more.
        endpoint.enabled = endpoint.enabled and answer.status != _GONE
    endpoint.save(update_fields=["failures", "quiet_until", "enabled"])
