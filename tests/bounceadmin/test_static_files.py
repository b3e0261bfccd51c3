"""Stylesheets and scripts as the image serves them: collected, compressed, kept by browsers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests.bounceadmin.running import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder that the command of the Dockerfile fills."""
    folder = tmp_path_factory.mktemp("collected")
    [options] = re.findall(
        r"manage.py collectstatic (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", *options.replace('"', "").split()],
        cwd=ROOT,
        env=os.environ | {"STATIC_ROOT": str(folder), "SECRET_KEY": "none"},
        check=True,
    )
    return folder


@pytest.fixture
def _served_from(collected, settings):
    settings.STATIC_ROOT = str(collected)
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }


def named_in(page: bytes) -> list[str]:
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode())


@pytest.mark.usefixtures("_served_from")
def test_what_pages_name_is_there_compressed_and_kept_for_ever(admin_client):
    for address in ("/admin/", "/admin/bounces/bounceevent/", "/api/v1/docs"):
        named = named_in(admin_client.get(address).content)
        assert named, address
        for file in named:
            answer = admin_client.get(file, headers={"Accept-Encoding": "gzip"})
            assert answer.status_code == 200, file
            assert "immutable" in answer["Cache-Control"], file
            if file.endswith((".css", ".js")) and len(answer.getvalue()) > 1_000:
                assert answer["Content-Encoding"] == "gzip", file


def test_whatever_templates_name_is_collected(collected):
    known = json.loads((collected / "staticfiles.json").read_text())["paths"]
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for template in folder.rglob("*.html"):
            for name in re.findall(r"""{% static ['"]([^'"]+)['"]""", template.read_text()):
                assert name in known, template
