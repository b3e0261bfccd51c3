"""What a test needs of the machine: where it is missing the test is skipped, and fails under CI."""

from __future__ import annotations

import os
import shutil
import socket
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_SYSTEM = ":/usr/local/sbin:/usr/sbin:/sbin"


def need(binary: str, reason: str) -> str:
    """The path of `binary`; without it the test is skipped, and fails where CI=true."""
    return find(binary) or missing(f"{binary} is not installed: {reason}")


def need_chromium() -> str:
    """The path of Chromium, for Playwright's `executable_path`."""
    found = next(filter(None, map(find, _CHROMIUM)), None)
    return found or missing("chromium is not installed: this test drives a real browser")


def need_redis() -> str:
    """The address of a Redis that answers, from `REDIS_URL` or the usual place."""
    return _need_server(os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/15", 6379, "Redis")


def need_postgresql() -> str:
    """The address of a PostgreSQL that answers: `DATABASE_URL`, if it names one."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL")
    return _need_server(url, 5432, "PostgreSQL")


def find(binary: str) -> str | None:
    """The path of `binary`, looked for where Debian keeps its servers too."""
    return shutil.which(binary, path=os.environ.get("PATH", "") + _SYSTEM)


def missing(message: str) -> NoReturn:
    """Skip the test; under CI everything must be there, so fail it."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message)
    pytest.skip(message)


def _need_server(url: str, default_port: int, name: str) -> str:
    parts = urlsplit(url)
    place = (parts.hostname or "127.0.0.1", parts.port or default_port)
    try:
        socket.create_connection(place, timeout=2).close()
    except OSError as error:
        missing(f"{name} does not answer at {place[0]}:{place[1]}: {error}")
    return url
