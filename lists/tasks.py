"""What Celery calls: each task is one call of the domain."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from lists import banding, jobs, kept_rankings, reporting, sending_job, tidying, totals
from lists.cleaning import running as cleaning
from lists.importing import running as importing


@shared_task
def record_bands() -> None:
    banding.record(timezone.now())


@shared_task
def rank_domains() -> None:
    kept_rankings.refresh(timezone.now())


@shared_task
def keep_counts() -> None:
    now = timezone.now()
    tidying.turn(
        keep_counts.name, totals.mend_all(now), totals.fold_all(now), totals.delete_old(now)
    )


@shared_task
def delete_old_reports() -> None:
    tidying.turn(delete_old_reports.name, reporting.delete_old_reports())


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5)
def clean(pk: int) -> None:
    cleaning.run(pk)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5)
def run_suppression_import(pk: int) -> None:
    importing.run(pk)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5)
def run_send_import(pk: int) -> None:
    sending_job.run(pk)


@shared_task
def sweep_jobs() -> None:
    jobs.sweep()


@shared_task
def delete_old_jobs() -> None:
    tidying.turn(delete_old_jobs.name, jobs.delete_old())
