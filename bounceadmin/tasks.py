"""What Celery calls: each task is one call of the domain."""

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from bounceadmin.alerts import conditions, delivering, watching
from bounceadmin.logins.forgotten import mailing
from lists import tidying
from lists.announcing import announce


@shared_task
def watch() -> None:
    now = timezone.now()
    watching.watch(conditions.current(now), now)
    # A mail server may take its time: that is for workers that wait for others.
    announce("bounceadmin.tasks.send_alerts")


@shared_task
def send_alerts() -> None:
    delivering.deliver(timezone.now())


@shared_task
def send_password_mails() -> None:
    mailing.send(timezone.now())


@shared_task
def delete_old_sessions() -> None:
    old = Session.objects.filter(expire_date__lt=timezone.now())
    tidying.turn(delete_old_sessions.name, tidying.delete(old))
