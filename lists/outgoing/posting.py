"""One HTTP POST, bounded in time and size, to an address that the policy allows. Pure.

The name is resolved here, its addresses are checked, and a checked one is connected to: a name
that answers differently a moment later (DNS rebinding) leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from lists.marking import to_say
from network.addresses import AddressPolicy
from network.tls import client_context

NOT_TRUSTED = to_say("The certificate is not trusted: %(why)s")
HOST_UNKNOWN = to_say("The host is not known: %(why)s")
NO_ADDRESS = to_say("%(host)s has no address")
NO_ANSWER = to_say("No answer within %(n)s seconds")
REDIRECTED = to_say("Redirects are not followed: enter the new address")
NO_SOUND_ANSWER = to_say("No sound answer came (%(kind)s)")
"""What is said of a try that came to nothing."""

SECONDS = 15.0
"""What a delivery may take in all."""
_READ = 4096
_EXCERPT = 500
_MOST_ADDRESSES = 3

Resolve = Callable[[str, int], list[str]]
"""Host and port -> IP addresses. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. Without an answer `status` is 0 and `error` says why."""

    status: int
    seconds: float
    excerpt: str = ""
    error: str = ""
    retry_after: int | None = None
    """Seconds that the receiver asks to wait."""

    @property
    def accepted(self) -> bool:
        """Whether the receiver has taken it."""
        return 200 <= self.status < 300


class _Refused(Exception):
    pass


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as this machine knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    policy: AddressPolicy,
    resolve: Resolve = resolve,
    seconds: float = SECONDS,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Post `body` to `url` within `seconds`; whatever goes wrong is in the answer."""
    began = time.monotonic()
    try:
        answer = _post(url, body, headers, policy, resolve, began + seconds, context)
    except ssl.SSLCertVerificationError as error:
        why = NOT_TRUSTED % {"why": error.verify_message}
    except (_Refused, UnicodeError) as error:
        why = str(error)
    except socket.gaierror as error:
        why = HOST_UNKNOWN % {"why": error.strerror}
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() - began >= seconds
        why = NO_ANSWER % {"n": f"{seconds:g}"} if late else _said(error)
    else:
        return answer
    return Answer(0, time.monotonic() - began, error=why)


def _post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: AddressPolicy,
    resolve: Resolve,
    deadline: float,
    context: ssl.SSLContext | None,
) -> Answer:
    began = time.monotonic()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Refused(f"{url} is no address of the web")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    opened = _connect(parts.hostname, port, policy, resolve, deadline)
    with opened, _until(deadline, opened):
        if parts.scheme == "https":
            trusted = context or client_context()
            opened = trusted.wrap_socket(opened, server_hostname=parts.hostname)
        with opened, _until(deadline, opened):
            connection = http.client.HTTPConnection(parts.hostname, port)
            connection.sock = opened
            wanted = {**headers, "Host": parts.netloc, "Connection": "close"}
            connection.request("POST", _target(parts), body, wanted)
            response = connection.getresponse()
            if time.monotonic() >= deadline:
                # Cut in the middle of its headers, it looks whole.
                raise TimeoutError
            excerpt = _excerpt(response)
            seconds = time.monotonic() - began
            redirected = 300 <= response.status < 400
            return Answer(
                response.status,
                seconds,
                excerpt,
                error=REDIRECTED if redirected else "",
                retry_after=_seconds(response.headers.get("Retry-After", "")),
            )


def _connect(
    host: str, port: int, policy: AddressPolicy, resolve: Resolve, deadline: float
) -> socket.socket:
    addresses = resolve(host, port)
    refusals = [policy.refusal(address) for address in addresses]
    if all(refusals):
        raise _Refused(refusals[0] if refusals else NO_ADDRESS % {"host": host})
    allowed = [a for a, refusal in zip(addresses, refusals, strict=True) if not refusal]
    fault: OSError = TimeoutError()
    for address in allowed[:_MOST_ADDRESSES]:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            fault = error
    raise fault


@contextlib.contextmanager
def _until(deadline: float, opened: socket.socket) -> Iterator[None]:
    """Cut the connection at `deadline`: a receiver that drips cannot hold a worker."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            # Not the TLS layer's, which would wait for the other side.
            socket.socket.shutdown(opened, socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _target(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _excerpt(response: http.client.HTTPResponse) -> str:
    """The beginning of the body; the status counts, whatever becomes of the body."""
    try:
        return _text(response.read(_READ))
    except (OSError, http.client.HTTPException, ValueError):
        return ""


def _text(octets: bytes) -> str:
    text = octets.decode(errors="replace")
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)[:_EXCERPT].strip()


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return NO_SOUND_ANSWER % {"kind": type(error).__name__}
