"""Mail hosts on loopback for tests: a real one (aiosmtpd), and one that plays a script."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from network.tls import client_context

LOOPBACK = "127.0.0.1"
NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of our own."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def context(self) -> ssl.SSLContext:
        """A client context that trusts this authority alone."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return client_context(pem)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, days: int):
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days))
    )


def authority(issuer: Authority | None = None) -> Authority:
    """A new authority, signed by `issuer` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    begun = _begun("tests", "root" if issuer else "tests", key, 3650)
    begun = begun.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Authority(key, begun.sign(issuer.key if issuer else key, hashes.SHA256()))


def server_context(
    issuer: Authority, name: str, directory: Path, *, days: int = 90
) -> ssl.SSLContext:
    """A server context with a certificate for `name` that `issuer` signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    begun = _begun(name, "tests", key, days)
    begun = begun.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    signed = begun.sign(issuer.key, hashes.SHA256())
    pem = directory / f"{name}.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


class Mailboxes:
    """An aiosmtpd handler that knows some addresses and refuses the others."""

    def __init__(self, known: dict[str, str], otherwise: str = "550 5.1.1 No such user") -> None:
        self.known = known
        self.otherwise = otherwise
        self.data = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.known.get(address, self.otherwise)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.data += 1
        return "250 OK"


@contextmanager
def mail_host(handler: Mailboxes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a real SMTP server; yields its port."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname=LOOPBACK, port=port, tls_context=context)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def scripted(replies: Sequence[bytes | None]) -> Iterator[int]:
    """A host that sends the first reply at once and each other after a line; None hangs up.

    It serves the same script to every connection.
    """
    server = socket.create_server((LOOPBACK, 0))
    server.settimeout(10)

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                client.settimeout(5)
                try:
                    _play(client, replies)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.close()


def _play(client: socket.socket, replies: Sequence[bytes | None]) -> None:
    reader = client.makefile("rb")
    for at, reply in enumerate(replies):
        if at and not reader.readline():
            return
        if reply is None:
            return
        client.sendall(reply)
    while reader.readline():
        pass
