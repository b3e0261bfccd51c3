"""A real Dovecot on loopback: IMAP and POP3, plain and by TLS, mail in Maildirs of its own."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.diagnostics.checks.mail_host import authority, server_context
from tests.services import need

LOOPBACK = "127.0.0.1"
PASSWORD = "s3cret-horse"

# Of both versions; each begins with what it says in words of its own.
_CONFIGURATION = """
protocols = imap pop3
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
listen = 127.0.0.1
ssl = yes
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
first_valid_uid = 1
default_internal_user = dovecot
default_login_user = dovenull
mail_max_userip_connections = 50
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

# Whom a token belongs to is asked of the provider: a fake of it, in the test.
_OAUTH2 = """
tokeninfo_url = http://127.0.0.1:{tokeninfo}/tokeninfo?access_token=
username_attribute = email
active_attribute = active
active_value = true
"""

_OF_2_3 = """
ssl_cert = <{root}/localhost.pem
ssl_key = <{root}/localhost.pem
disable_plaintext_auth = no
mail_location = maildir:{root}/mail/%u
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={{PLAIN}}{password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={root}/mail/%u allow_all_users=yes
}}
"""

# It must begin with its version.
_OF_2_4 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {root}/localhost.pem
ssl_server_key_file = {root}/localhost.pem
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {root}/mail/%{{user}}
oauth2 {{
  introspection_mode = auth
{oauth2}
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
passdb static {{
  mechanisms_filter = plain login
  password = {password}
}}
userdb static {{
  allow_all_users = yes
  fields {{
    uid = mail
    gid = mail
    home = {root}/mail/%{{user}}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server. Every user has the same password and an account on first use."""

    root: Path
    ports: dict[str, int]
    """`imap`, `imaps`, `pop3`, `pop3s`, and `tokeninfo` where tokens are asked after."""
    ca_certificate: str

    def maildir(self, user: str, folder: str = "") -> Path:
        """Where a user's INBOX or other folder is kept."""
        return self.root / "mail" / user / (f".{folder}" if folder else "")

    def deliver(self, user: str, *messages: bytes) -> list[Path]:
        """Put messages into INBOX, as a delivery agent does."""
        new = self.maildir(user) / "new"
        for name in ("new", "cur", "tmp"):
            (self.maildir(user) / name).mkdir(parents=True, exist_ok=True)
        paths = []
        for message in messages:
            path = new / f"{time.time_ns() // 1000}.{next(_numbers):06}.host"
            path.write_bytes(message)
            paths.append(path)
        for path in (self.maildir(user), *self.maildir(user).rglob("*")):
            shutil.chown(path, "mail", "mail")
        return paths

    def messages(self, user: str, folder: str = "") -> int:
        """How many messages a folder holds."""
        kept = [self.maildir(user, folder) / name for name in ("new", "cur")]
        return sum(1 for each in kept if each.is_dir() for _ in each.iterdir())

    def renumber(self, user: str, uid_validity: int) -> None:
        """Give INBOX another UIDVALIDITY."""
        update = ["mailbox", "update", "-u", user, "--uid-validity", str(uid_validity), "INBOX"]
        doveadm = [need("doveadm", "part of Dovecot"), "-c", str(self.root / "dovecot.conf")]
        subprocess.run([*doveadm, *update], check=True, timeout=20)


_numbers = itertools.count(1)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Run a Dovecot for a while."""
    binary = need("dovecot", "these tests fetch from a real Dovecot (dovecot-imapd, dovecot-pop3d)")
    if os.geteuid() != 0:
        pytest.skip("Dovecot can only be started by root")
    root = Path(tempfile.mkdtemp(prefix="dovecot-"))
    root.chmod(0o755)
    issuer = authority()
    server_context(issuer, "localhost", root)
    ports = dict(zip(("imap", "imaps", "pop3", "pop3s", "tokeninfo"), _free_ports(5), strict=True))
    (root / "mail").mkdir()
    shutil.chown(root / "mail", "mail", "mail")
    oauth2 = _OAUTH2.format(**ports)
    (root / "oauth2.conf").write_text(oauth2)
    configuration = root / "dovecot.conf"
    written = _own_words(binary) + _CONFIGURATION
    configuration.write_text(written.format(root=root, password=PASSWORD, oauth2=oauth2, **ports))
    process = subprocess.Popen([binary, "-F", "-c", str(configuration)])
    try:
        for name in ("imap", "imaps", "pop3", "pop3s"):
            _wait_for(ports[name], root)
        pem = issuer.certificate.public_bytes(Encoding.PEM).decode()
        yield Dovecot(root, ports, pem)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(root, ignore_errors=True)


def _own_words(binary: str) -> str:
    """What this version of Dovecot has other words for than the last."""
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    return _OF_2_3 if told.stdout.startswith("2.3") else _OF_2_4


def _free_ports(number: int) -> list[int]:
    probes = [socket.create_server((LOOPBACK, 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_for(port: int, root: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    log = root / "dovecot.log"
    raise AssertionError(f"Dovecot does not answer:\n{log.read_text() if log.exists() else ''}")
