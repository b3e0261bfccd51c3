"""A real Postfix on loopback that takes mail for some addresses, with its own configuration."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services import need

LOOPBACK = "127.0.0.1"

MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/log/maillog
maillog_file_prefixes = {root}
inet_interfaces = {loopback}
inet_protocols = ipv4
mynetworks =
myhostname = {host}
mydestination = {domain}
local_recipient_maps = texthash:{root}/recipients
alias_maps =
local_transport = discard
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = {certificate}
smtpd_tls_loglevel = 0
"""

SERVICES = """
{loopback}:{port} inet n - n - - smtpd
smtp unix - - n - - smtp
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(
    domain: str, local_parts: Sequence[str], host: str, certificate: Path, settings: str = ""
) -> Iterator[int]:
    """Run a Postfix called `host` that knows `local_parts` at `domain`; yields its port.

    `settings` are lines of main.cf that come last.
    """
    binary = need("postfix", "these tests talk to a real Postfix (Debian package postfix)")
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    # Not pytest's own folder: Postfix drops its rights and must still get in.
    root = Path(tempfile.mkdtemp(prefix="postfix-"))
    root.chmod(0o755)
    try:
        port = _configure(root, domain, local_parts, host, certificate, settings)
        _run(binary, root, "start")
        try:
            _wait_for(port, root)
            yield port
        finally:
            _run(binary, root, "stop")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _configure(
    root: Path,
    domain: str,
    local_parts: Sequence[str],
    host: str,
    certificate: Path,
    settings: str,
) -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = int(probe.getsockname()[1])
    for folder in ("queue", "data", "log"):
        (root / folder).mkdir()
    shutil.chown(root / "data", "postfix")
    copied = root / "certificate.pem"
    copied.write_bytes(certificate.read_bytes())
    copied.chmod(0o600)
    values = {
        "root": root,
        "loopback": LOOPBACK,
        "port": port,
        "host": host,
        "domain": domain,
        "certificate": copied,
    }
    (root / "main.cf").write_text(MAIN.format(**values) + settings)
    (root / "master.cf").write_text(SERVICES.format(**values))
    (root / "recipients").write_text("".join(f"{local} x\n" for local in local_parts))
    return port


def _run(binary: str, root: Path, command: str) -> None:
    done = subprocess.run(
        [binary, "-c", str(root), command], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, f"postfix {command}: {done.stdout}{done.stderr}"


def _wait_for(port: int, root: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
                if connection.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
    log = root / "log" / "maillog"
    raise AssertionError(f"Postfix did not greet:\n{log.read_text() if log.exists() else ''}")
