"""What Celery calls: each task is one call of the domain."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from bounces import (
    archiving,
    dry_run,
    housekeeping,
    looping,
    partitions,
    picking,
    privacy,
    receipts,
    sweeping,
)
from bounces.sources.mailbox import fetching, scheduling
from bounces.sources.webhooks import confirming
from lists import tidying
from lists.announcing import announce


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5)
def process_inbound(*_ids: list[int]) -> None:
    # An earlier release announced ids: it meant that there is something to do.
    picking.process_next()


@shared_task
def sweep() -> None:
    sweeping.sweep()
    confirming.sweep()


@shared_task
def delete_old_raw_messages() -> None:
    works = housekeeping.delete_old_raw_messages(), receipts.delete_old(), looping.forget_old()
    if tidying.turn(delete_old_raw_messages.name, *works):
        partitions.drop_old_raw_messages(timezone.now())


@shared_task
def archive_raw_messages() -> None:
    archiving.run(seconds=45)


@shared_task
def create_partitions() -> None:
    partitions.create_ahead(timezone.now())


@shared_task
def fetch_due_mailboxes() -> None:
    scheduling.announce_due()


@shared_task
def fetch_mailbox(mailbox_id: int) -> None:
    fetching.fetch(mailbox_id)


@shared_task
def forget_old_events() -> None:
    now = timezone.now()
    partitions.drop_old_events(now)
    works = housekeeping.delete_old_events(now), privacy.forget_old_events()
    if tidying.turn(forget_old_events.name, *works) and housekeeping.has_old_keys(now):
        announce(delete_old_keys.name)


@shared_task
def delete_old_keys(after: str = "") -> None:
    last = housekeeping.delete_old_keys(timezone.now(), after, tidying.TURN_SECONDS)
    if last:
        announce(delete_old_keys.name, last)


@shared_task
def delete_old_messages() -> None:
    tidying.turn(delete_old_messages.name, housekeeping.delete_old_messages(timezone.now()))


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5)
def run_policy_dry_run(pk: int) -> None:
    dry_run.run(pk)


@shared_task
def confirm_topic_subscription(pk: int) -> None:
    confirming.confirm(pk)
