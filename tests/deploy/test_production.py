"""The settings of production, in real processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.bounceadmin.running import ROOT, clean_environment, free_port, manage


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """What deploy/env.example asks for."""
    return clean_environment(tmp_path / "data") | {
        "SECRET_KEY": "fVw3cW9mJ1n2Q8zX7bH5tK4rL6pY0sDgEaUoIiCxNvMqTzRjSk",
        "ALLOWED_HOSTS": "bounces.example.com",
        "CSRF_TRUSTED_ORIGINS": "https://bounces.example.com",
        "HTTPS": "true",
        "BEHIND_PROXY": "true",
        "LOG_FORMAT": "json",
        "WEB_CONCURRENCY": "1",
    }


@pytest.mark.slow
def test_djangos_check_for_deployment_has_no_complaint(production):
    done = manage(production, "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.slow
def test_gunicorn_serves_behind_a_proxy_and_logs_json(production):
    assert manage(production, "migrate").returncode == 0
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "bounceadmin.wsgi", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=production, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(f"{address}/healthz")
        with urllib.request.urlopen(f"{address}/readyz?exclude=broker", timeout=10) as answer:
            assert json.load(answer)["ready"] is True

        forwarded = {"Host": "bounces.example.com", "X-Forwarded-Proto": "https"}
        page = urllib.request.Request(f"{address}/admin/login/", headers=forwarded)
        with urllib.request.urlopen(page, timeout=10) as answer:
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
            assert "Secure" in answer.headers["Set-Cookie"]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

        stranger = urllib.request.Request(
            f"{address}/admin/login/", headers=forwarded | {"Host": "evil.example"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(stranger, timeout=10)
        assert refused.value.code == 400
    finally:
        process.terminate()
        _out, err = process.communicate(timeout=30)
    lines = [json.loads(line) for line in err.splitlines()]
    assert process.returncode == 0
    assert any("Listening at" in line["message"] for line in lines)
    refusal = next(line for line in lines if "evil.example" in line["message"])
    assert refusal["request_id"]


def _wait_for(address: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{address} does not answer")
