"""What gunicorn does as `gunicorn.conf.py` sets it up."""

from __future__ import annotations

import runpy
from types import SimpleNamespace

import pytest
from gunicorn.glogging import Logger

from tests.bounceadmin.running import ROOT


@pytest.mark.parametrize(
    ("path", "status", "lines"),
    [
        ("/hooks/abc/", 200, 0),
        ("/hooks/abc/", 403, 1),
        ("/hooks/abc/", 503, 1),
        ("/admin/", 200, 1),
    ],
)
def test_a_line_is_logged_for_each_request_but_for_what_webhooks_took_in(
    path, status, lines, monkeypatch
):
    logged = []
    monkeypatch.setattr(Logger, "access", lambda *said: logged.append(said))
    logger_class = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["logger_class"]
    logger = logger_class.__new__(logger_class)
    logger.access(SimpleNamespace(status_code=status), None, {"PATH_INFO": path}, None)
    assert len(logged) == lines
