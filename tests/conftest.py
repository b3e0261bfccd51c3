"""What every test can rely on."""

from __future__ import annotations

import os
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings as site
from django.db.models.signals import post_migrate

from bounces import roads
from tests.emptying import only_full_tables_are_emptied  # noqa: F401

# Processes that test beside each other have one Redis, and must not find each other's values in it.
site.CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Tests need no collected static files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _roads_forgotten(monkeypatch):
    """What one test wrote of a road holds nothing back in the next."""
    monkeypatch.setattr(roads, "_written", {})


@pytest.fixture(autouse=True)
def _unthrottled_logins(settings):
    """The test client logs in without a request; tests of throttling turn it on again."""
    settings.AXES_ENABLED = False


_policies = import_module("lists.migrations.0002_policies_and_log_trigger")


def _keep_policies(**_) -> None:
    """Tests that commit end by emptying the database: of what migrations wrote, too."""
    _policies.add_policies(apps, None)


post_migrate.connect(_keep_policies, sender=apps.get_app_config("lists"))
