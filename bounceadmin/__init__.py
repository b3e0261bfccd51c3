"""The project that wires the apps together."""

from bounceadmin.celery import app as celery_app

__all__ = ["celery_app"]
