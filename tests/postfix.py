"""A real Postfix on loopback, with a configuration and a queue of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

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
alias_maps =
"""

SERVICES = """
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
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix, and the folder that all of it is in."""

    root: Path

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
def started(
    main: str, services: str, files: Mapping[str, bytes] | None = None
) -> Iterator[Postfix]:
    """Run a Postfix for a while, with these lines in its main.cf and master.cf as well.

    `files` are put into its folder, which `main` calls `{root}`. Skips where there is none.
    """
    binary = need("postfix", "these tests have a real Postfix (Debian package postfix)")
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    # Not pytest's own folder: Postfix drops its rights and must still get in.
    root = Path(tempfile.mkdtemp(prefix="postfix-"))
    root.chmod(0o755)
    for folder in ("queue", "data", "log"):
        (root / folder).mkdir()
    shutil.chown(root / "data", "postfix")
    for name, content in (files or {}).items():
        (root / name).write_bytes(content)
        (root / name).chmod(0o600)
    (root / "main.cf").write_text((MAIN + main).replace("{root}", str(root)))
    (root / "master.cf").write_text(SERVICES + services)
    running = Postfix(root)
    try:
        _start(binary, running)
        yield running
    finally:
        subprocess.run([binary, "-c", str(root), "stop"], capture_output=True, timeout=30)
        shutil.rmtree(root, ignore_errors=True)


def _start(binary: str, running: Postfix) -> None:
    command = [binary, "-c", str(running.root), "start"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"postfix start: {done.stdout}{done.stderr}{running.log()}"
    running.wait_for("daemon started")
