"""A real Postfix on loopback, set up as docs/roads.md says: it hands bounces over to us."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bounceadmin.running import free_port
from tests.services import need

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
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.example.com
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_transport = error:no local mail
default_transport = smtp:[127.0.0.1]:{elsewhere}
smtp_tls_security_level = none
# The queue is looked at every few seconds, so that a test sees a second try.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
{extra}
"""

SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_relay_restrictions=permit_mynetworks,reject
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 2 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
{extra}
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix."""

    root: Path
    port: int
    """Where the world sends mail to."""
    submission: int
    """Where our own senders do."""

    def log(self) -> str:
        path = self.root / "log" / "maillog"
        return path.read_text() if path.exists() else ""

    def wait_for(self, pattern: str, seconds: float = 20) -> str:
        """The first line of the log that `pattern` is found in."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = re.search(f".*(?:{pattern}).*", self.log())
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"{pattern!r} is not in the log:\n{self.log()}")


@contextmanager
def postfix(*, main: str = "", services: str = "", elsewhere: int = 0) -> Iterator[Postfix]:
    """Run a Postfix with more lines in its main.cf and master.cf for a while.

    What is not for us is sent to the port `elsewhere`.
    """
    binary = need("postfix", "these tests have a real Postfix bounce (Debian package postfix)")
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    root = Path(tempfile.mkdtemp(prefix="postfix-"))
    root.chmod(0o755)
    port, submission = free_port(), free_port()
    for folder in ("queue", "data", "log"):
        (root / folder).mkdir()
    shutil.chown(root / "data", "postfix")
    (root / "main.cf").write_text(MAIN.format(root=root, extra=main, elsewhere=elsewhere))
    (root / "master.cf").write_text(
        SERVICES.format(port=port, submission=submission, extra=services)
    )
    running = Postfix(root, port, submission)
    try:
        _run(binary, root, "start", running)
        running.wait_for("daemon started")
        yield running
    finally:
        subprocess.run([binary, "-c", str(root), "stop"], capture_output=True, timeout=30)
        shutil.rmtree(root, ignore_errors=True)


def _run(binary: str, root: Path, command: str, running: Postfix) -> None:
    done = subprocess.run(
        [binary, "-c", str(root), command], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, f"postfix {command}: {done.stderr}{running.log()}"
