"""/healthz and /readyz, as an orchestrator asks them."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from bounceadmin.operating import probes
from tests.services import need_redis


def test_healthz_answers_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_an_orchestrator_may_knock_at_any_name_over_plain_http(client, settings, db):
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/healthz", "/readyz?exclude=broker"):
        assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_ready_when_database_tables_and_broker_are_there(client, db, settings):
    settings.CELERY_BROKER_URL = "memory://localhost/"
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
    }


def test_not_ready_while_a_migration_is_missing(client, db, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "memory://localhost/"
    monkeypatch.setitem(probes.CHECKS, "migrations", probes._Migrations())
    [newest] = MigrationExecutor(connection).loader.graph.leaf_nodes("lists")
    MigrationRecorder(connection).record_unapplied(*newest)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "1 to be applied"


def test_not_ready_without_a_database_and_no_error_text_for_strangers(client, monkeypatch):
    class Gone:
        def cursor(self):
            raise OperationalError('connection to "db.internal" as "bounceadmin" refused')

    monkeypatch.setattr(probes, "connection", Gone())
    response = client.get("/readyz?exclude=broker&exclude=migrations")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": "does not answer"}


def test_a_broker_that_is_away_is_said_within_seconds_and_can_be_left_out(client, db, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    began = time.monotonic()
    assert client.get("/readyz").json()["broker"] == "does not answer"
    assert time.monotonic() - began < 5
    assert client.get("/readyz?exclude=broker").status_code == 200


def test_a_redis_that_answers_is_ready(client, db, settings):
    settings.CELERY_BROKER_URL = need_redis()
    assert client.get("/readyz").json()["broker"] == "ok"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_only_read(client, path):
    assert client.post(path).status_code == 405
