"""One worker at a time at a mailbox: a lease in its row, which a dead worker's runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from bounces.models import Mailbox

# Renewed before each batch and before each acknowledgement.
LEASE = timedelta(minutes=5)


class LeaseLostError(Exception):
    """The lease ran out and another worker took it: leave everything to that one."""


def take(pk: int) -> tuple[Mailbox, UUID] | None:
    """The mailbox and the token that says it is ours; None where another worker is at it."""
    token = uuid4()
    taken = Mailbox.objects.unleased().filter(pk=pk)
    if not taken.update(lease_token=token, lease_until=_end()):
        return None
    return Mailbox.objects.get(pk=pk), token


def renew(pk: int, token: UUID) -> None:
    """Hold it longer. Raises LeaseLostError."""
    if not Mailbox.objects.filter(pk=pk, lease_token=token).update(lease_until=_end()):
        raise LeaseLostError


def give_back(pk: int, token: UUID, next_run_at: datetime, failures: int) -> None:
    """It is free again, and due at `next_run_at`."""
    Mailbox.objects.filter(pk=pk, lease_token=token).update(
        lease_token=None,
        lease_until=None,
        announced_at=None,
        next_run_at=next_run_at,
        failures=failures,
    )


def release_all() -> int:
    """Forget all leases: for the start of a process that is known to be the only worker."""
    held = Mailbox.objects.filter(lease_until__isnull=False)
    return held.update(lease_token=None, lease_until=None, announced_at=None)


def _end() -> datetime:
    return timezone.now() + LEASE
