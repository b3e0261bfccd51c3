"""What every test can rely on."""

from __future__ import annotations

import pytest

from bounces import roads


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
