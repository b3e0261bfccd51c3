"""What Celery calls: each task is one call of the domain."""

from celery import shared_task
from django.utils import timezone

from bounceadmin.alerts import conditions, delivering, watching


@shared_task
def watch() -> None:
    now = timezone.now()
    watching.watch(conditions.current(now), now)
    delivering.deliver(timezone.now())
