"""A real Postfix on loopback that takes mail for some addresses, with its own configuration."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bounceadmin.running import free_port
from tests.postfix import Postfix, started

LOOPBACK = "127.0.0.1"

MAIN = """
mynetworks =
myhostname = {host}
mydestination = {domain}
local_recipient_maps = texthash:{{root}}/recipients
local_transport = discard
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = {{root}}/certificate.pem
smtpd_tls_loglevel = 0
"""


@contextmanager
def postfix(
    domain: str, local_parts: Sequence[str], host: str, certificate: Path, settings: str = ""
) -> Iterator[int]:
    """Run a Postfix called `host` that knows `local_parts` at `domain`; yields its port.

    `settings` are lines of main.cf that come last.
    """
    port = free_port()
    files = {
        "certificate.pem": certificate.read_bytes(),
        "recipients": "".join(f"{local} x\n" for local in local_parts).encode(),
    }
    main = MAIN.format(host=host, domain=domain) + settings
    with started(main, f"{LOOPBACK}:{port} inet n - n - - smtpd\n", files) as running:
        _wait_for(port, running)
        yield port


def _wait_for(port: int, running: Postfix) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
                if connection.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Postfix did not greet:\n{running.log()}")
