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
    sweeping,
)
from bounces.sources.mailbox import fetching, scheduling
from bounces.sources.webhooks import confirming
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
    housekeeping.delete_old_raw_messages()
    partitions.drop_old_raw_messages(timezone.now())
    housekeeping.delete_old_receipts()
    looping.forget_old()


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
    partitions.drop_old_events(timezone.now())
    housekeeping.delete_old_events(timezone.now())
    privacy.forget_old_events()


@shared_task
def delete_old_messages() -> None:
    # In turns, so that what else waits in the queue is done in between.
    if housekeeping.delete_old_messages(timezone.now(), seconds=30):
        announce(delete_old_messages.name)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5)
def run_policy_dry_run(pk: int) -> None:
    dry_run.run(pk)


@shared_task
def confirm_topic_subscription(pk: int) -> None:
    confirming.confirm(pk)
