"""A real authoritative name server on loopback, serving zones that a test writes."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from tests.services import need

LOOPBACK = "127.0.0.1"

SOA = "@ 60 IN SOA ns.{zone}. admin.{zone}. 1 3600 900 604800 60\n@ 60 IN NS ns.{zone}.\n"


def free_port() -> int:
    """A port that is free for UDP and TCP just now, below those that outgoing connections get."""
    for port in random.sample(range(20_000, 32_000), 200):
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((LOOPBACK, port))
        except OSError:
            continue
        return port
    raise AssertionError("No port is free.")


@contextmanager
def serving(zones: Mapping[str, str], directory: Path) -> Iterator[int]:
    """Serve `zones`, by name the lines of each below its SOA; yields the port."""
    binary = need("knotd", "these tests ask a real name server (Debian package knot)")
    port = free_port()
    for name, lines in zones.items():
        text = f"$ORIGIN {name}.\n$TTL 60\n{SOA.format(zone=name)}{lines}\n"
        (directory / f"{name}.zone").write_text(text, encoding="ascii")
    entries = "\n".join(f"  - domain: {name}\n    file: {name}.zone" for name in zones)
    config = directory / "knot.conf"
    config.write_text(
        f"server:\n  rundir: {directory}\n  listen: {LOOPBACK}@{port}\n"
        f"database:\n  storage: {directory}\n"
        f"template:\n  - id: default\n    storage: {directory}\n    journal-content: none\n"
        f"    zonefile-sync: -1\nzone:\n{entries}\n",
        encoding="ascii",
    )
    with (directory / "knot.log").open("wb") as log:
        server = subprocess.Popen([binary, "-c", str(config)], stdout=log, stderr=log)
    try:
        _wait_until_served(next(iter(zones)), port, directory / "knot.log", server)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_until_served(zone: str, port: int, log: Path, server: subprocess.Popen[bytes]) -> None:
    question = dns.message.make_query(f"{zone}.", "SOA")
    until = time.monotonic() + 15
    while time.monotonic() < until and server.poll() is None:
        try:
            if dns.query.udp(question, LOOPBACK, timeout=0.5, port=port).answer:
                return
        except (dns.exception.DNSException, OSError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"knotd did not serve {zone}:\n{log.read_text(errors='replace')}")
