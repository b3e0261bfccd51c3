"""The Celery application; tasks live in each app's `tasks.py`."""

import logging.config
import os

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bounceadmin.settings")

app = Celery("bounceadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name: only workers need what it needs.
app.steps["consumer"].add("bounceadmin.operating.worker_pulse:WorkerPulse")


@signals.setup_logging.connect
def _log_as_the_web_does(**_) -> None:
    """Celery asks this instead of replacing our handlers by its own."""
    logging.config.dictConfig(settings.LOGGING)
