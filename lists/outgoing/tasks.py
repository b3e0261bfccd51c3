"""What Celery calls: each task is one call of the domain."""

from celery import shared_task

from lists import tidying
from lists.outgoing import delivering


@shared_task
def deliver(ids: list[int]) -> None:
    delivering.deliver(ids)


@shared_task
def sweep() -> None:
    delivering.sweep()


@shared_task
def delete_old() -> None:
    tidying.turn(delete_old.name, delivering.delete_old())
