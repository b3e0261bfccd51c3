"""One HTTPS document, fetched within bounds from where the policy allows."""

from __future__ import annotations

import http.client
import io
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from diagnostics.checks.connecting import CannotConnect, Connect
from diagnostics.checks.sentences import say
from network.tls import client_context

LONGEST = 64 * 1024
"""Octets that are read of a document (RFC 8461 3.3 names 64 KiB for policies)."""
_LONGEST_HEAD = 16 * 1024
PORT = 443


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of fetching a document."""

    url: str
    status: int = 0
    """The HTTP status; 0 where there was no answer."""
    content_type: str = ""
    """In lower case, without parameters."""
    body: bytes = b""
    error: str = ""
    """Why there was no answer; empty where there was one."""
    untrusted: bool = False
    """True where the certificate was the error: nobody who verifies it gets an answer."""
    seconds: float = field(default=0.0, compare=False)


Fetch = Callable[[str], Fetched]
"""How checks fetch: a URL in, and whatever came of it out. Raises nothing."""


def fetcher(
    connect: Connect,
    *,
    context: ssl.SSLContext | None = None,
    seconds: float = 15.0,
    port: int = PORT,
) -> Fetch:
    """A `Fetch` that connects through `connect`, verifies the certificate, follows no redirect."""
    trusted = context or client_context()

    def fetch(url: str) -> Fetched:
        began = time.monotonic()
        try:
            status, content_type, body = _get(url, connect, trusted, seconds, port)
        except CannotConnect as fault:
            return Fetched(url, error=fault.why, seconds=time.monotonic() - began)
        except ssl.SSLCertVerificationError as fault:
            error = say("the certificate is not trusted: {why}", why=fault.verify_message)
            return Fetched(url, error=error, untrusted=True, seconds=time.monotonic() - began)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            error = say("no sound answer came ({kind})", kind=type(fault).__name__)
            return Fetched(url, error=error, seconds=time.monotonic() - began)
        return Fetched(url, status, content_type, body, seconds=time.monotonic() - began)

    return fetch


def _get(
    url: str, connect: Connect, context: ssl.SSLContext, seconds: float, port: int
) -> tuple[int, str, bytes]:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("only https is fetched")
    deadline = time.monotonic() + seconds
    connected = connect(parts.hostname, port, seconds)
    connected.socket.settimeout(max(deadline - time.monotonic(), 0.1))
    with context.wrap_socket(connected.socket, server_hostname=parts.hostname) as secured:
        request = (
            f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.hostname}\r\n"
            "User-Agent: bounceadmin\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"
        )
        secured.sendall(request.encode("ascii"))
        received = _read_all(secured, deadline)
    response = http.client.HTTPResponse(_Memory(received), method="GET")  # type: ignore[arg-type]
    response.begin()
    body = response.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise ValueError("the document is too long")
    return response.status, response.headers.get_content_type(), body


def _read_all(secured: ssl.SSLSocket, deadline: float) -> bytes:
    """All that comes until the end, before `deadline`: a host that drips cannot hold us."""
    received = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        secured.settimeout(left)
        chunk = secured.recv(8192)
        if not chunk:
            return received
        received += chunk
        if len(received) > LONGEST + _LONGEST_HEAD:
            raise ValueError("the document is too long")


class _Memory:
    """Octets in the place of a socket, for `http.client` to read."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._octets)
