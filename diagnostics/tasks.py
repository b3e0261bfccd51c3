"""What Celery calls: each task is one call of the domain."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from diagnostics import running, sweeping
from diagnostics.probing import trips
from lists import tidying

_RETRY = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": True,
    "max_retries": 5,
}


@shared_task(**_RETRY)
def run_diagnosis(run_id: int) -> None:
    running.work(run_id)


@shared_task(**_RETRY)
def send_probe(probe_id: int) -> None:
    trips.send(probe_id)


@shared_task
def sweep() -> None:
    sweeping.sweep()


@shared_task
def delete_old() -> None:
    tidying.turn(delete_old.name, sweeping.delete_old())
