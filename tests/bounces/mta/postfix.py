"""A real Postfix on loopback, set up as docs/roads.md says: it hands bounces over to us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bounceadmin.running import free_port
from tests.postfix import Postfix, started

MAIN = """
myhostname = mta.example.com
mydestination =
mynetworks = 127.0.0.0/8
local_transport = error:no local mail
default_transport = smtp:[127.0.0.1]:{elsewhere}
smtp_tls_security_level = none
# The queue is looked at every few seconds, so that a test sees a second try.
queue_run_delay = 1s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
"""

SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_relay_restrictions=permit_mynetworks,reject
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
"""


@dataclass(frozen=True, slots=True)
class Relay:
    """A running Postfix, and where it listens."""

    running: Postfix
    port: int
    """Where the world sends mail to."""
    submission: int
    """Where our own senders do."""

    def log(self) -> str:
        return self.running.log()

    def wait_for(self, pattern: str, seconds: float = 20) -> str:
        return self.running.wait_for(pattern, seconds)


@contextmanager
def postfix(*, main: str = "", services: str = "", elsewhere: int = 0) -> Iterator[Relay]:
    """Run a Postfix with more lines in its main.cf and master.cf for a while.

    What is not for us is sent to the port `elsewhere`.
    """
    port, submission = free_port(), free_port()
    settings = MAIN.format(elsewhere=elsewhere) + main
    listening = SERVICES.format(port=port, submission=submission) + services
    with started(settings, listening) as running:
        yield Relay(running, port, submission)
