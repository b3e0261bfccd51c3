"""What Celery calls: each task is one call of the domain."""

from celery import shared_task
from django.utils import timezone

from lists import banding, reporting


@shared_task
def record_bands() -> None:
    banding.record(timezone.now())


@shared_task
def delete_old_reports() -> None:
    reporting.delete_old_reports()
