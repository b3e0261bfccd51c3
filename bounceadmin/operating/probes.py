"""Whether this process can do its work: the database, its tables, the broker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)

OK = "ok"
# How long the broker may take to answer before it is called away.
_BROKER_SECONDS = 2
_IMPATIENT = {"socket_connect_timeout": _BROKER_SECONDS, "socket_timeout": _BROKER_SECONDS}


def readiness(without: Collection[str] = ()) -> dict[str, str]:
    """Check name -> `ok`, or a few words on what is wrong, for all checks but those `without`.

    The words name no host and no error text: strangers may ask.
    """
    return {name: check() for name, check in CHECKS.items() if name not in without}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log.warning("The database does not answer: %s", error)
        return "does not answer"
    return OK


class _Migrations:
    """Looked up until they are applied; then they stay so, since nobody takes tables away."""

    def __init__(self) -> None:
        self._applied = False

    def __call__(self) -> str:
        if not self._applied:
            try:
                executor = MigrationExecutor(connection)
                missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
            except Error:
                return "unknown"
            if missing:
                return f"{len(missing)} to be applied"
            self._applied = True
        return OK


def _broker() -> str:
    if settings.CELERY_BROKER_URL.startswith("memory"):
        return OK  # It is in the process that asks.
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=_IMPATIENT) as broker:
            broker.ensure_connection(
                max_retries=1, timeout=_BROKER_SECONDS, reraise_as_library_errors=True
            )
    except (KombuError, OSError) as error:
        log.warning("The broker does not answer: %s", error)
        return "does not answer"
    return OK


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _Migrations(),
    "broker": _broker,
}
