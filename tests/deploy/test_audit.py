"""`.ci/audit` against a service of our own: what it finds fails, what it cannot ask it says."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.bounceadmin.running import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
HOLE = {
    "vulns": [
        {
            "id": "PYSEC-2099-1",
            "summary": "A hole.",
            "affected": [
                {
                    "package": {"name": "django", "ecosystem": "PyPI"},
                    "ranges": [
                        {
                            "type": "ECOSYSTEM",
                            "events": [{"introduced": "0"}, {"fixed": "99.1"}],
                        }
                    ],
                }
            ],
        }
    ]
}


class _Osv(BaseHTTPRequestHandler):
    """Answers as OSV's `query` does: an empty object for a package without holes."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked["package"]["name"])
        answer = self.server.answers.get(asked["package"]["name"], {})
        body = json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing to the terminal."""


@pytest.fixture
def service() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Osv)
    server.answers, server.status, server.asked = {}, 200, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def audit(port: int, *options: str) -> tuple[int, str]:
    command = [sys.executable, ".ci/audit", "-s", "osv", "--osv-url", f"http://127.0.0.1:{port}/"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_known_hole_fails_and_is_named_with_what_mends_it(service):
    service.answers["django"] = HOLE
    code, said = audit(service.server_port)
    assert code == 1
    assert "PYSEC-2099-1, mended in 99.1" in said
    assert "1 known vulnerabilities." in said


def test_without_one_all_packages_were_asked_about(service):
    code, said = audit(service.server_port)
    assert code == 0
    assert f"{len(set(service.asked))} packages audited, 0 known vulnerabilities." in said
    assert {"django", "celery", "cryptography"} <= set(service.asked)


def test_a_service_that_is_out_of_reach_is_told_and_no_failure():
    code, said = audit(free_port())
    assert code == 0
    assert "SKIPPED, nothing was audited" in said


def test_a_service_that_has_an_error_is_told_and_no_failure(service):
    service.status = 503
    code, said = audit(service.server_port)
    assert code == 0
    assert "SKIPPED, nothing was audited" in said


def test_what_is_wrong_here_fails(service):
    code, said = audit(service.server_port, "--no-such-option")
    assert code == 1
    assert "Nothing could be audited" in said
