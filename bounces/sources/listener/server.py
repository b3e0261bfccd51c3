"""The listening socket, from start to a graceful stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bounces.sources.listener.limits import Limits
from bounces.sources.listener.protocol import Conversation, House, LmtpConversation
from bounces.sources.listener.taking import Taker

log = logging.getLogger(__name__)


class CannotListenError(Exception):
    """The address or the certificate cannot be used; its text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen, and how."""

    host: str = "127.0.0.1"
    port: int = 2424
    is_lmtp: bool = True
    certificate: Path | None = None
    """PEM, with the key in it or in `key`. With it STARTTLS is offered."""
    key: Path | None = None
    require_tls: bool = False
    name: str = ""
    """The host name to greet with (RFC 5321, 4.3.1); empty: this machine's."""


class Listener:
    """Runs in the thread that calls `run`; `stop` may be called from any."""

    def __init__(
        self, place: Place, limits: Limits, when_ready: Callable[[], None] = lambda: None
    ) -> None:
        """`when_ready` is called when the port is open.

        Raises CannotListenError where the certificate cannot be used.
        """
        self._place = place
        self._limits = limits
        self._tls = _tls_context(place)
        self._asked_to_stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._when_ready = when_ready

    def run(self) -> None:
        """Listen until `stop` is called. Raises CannotListenError."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Take no more connections, finish the messages under way, end."""
        self._asked_to_stop.set()
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        if self._asked_to_stop.is_set():
            return
        taker = Taker()
        places = asyncio.Semaphore(self._limits.transfers)
        house = House(taker, self._limits, places, self._place.name or socket.gethostname())
        speak = LmtpConversation if self._place.is_lmtp else Conversation
        place = self._place
        try:
            server = await self._loop.create_server(
                lambda: speak(house, self._tls, place.require_tls), place.host, place.port
            )
        except OSError as error:
            taker.close()
            raise CannotListenError(_explain(error, place)) from error
        self._when_ready()
        try:
            await self._stop.wait()
        finally:
            house.is_closing = True
            server.close()
            await self._finish(house)
            await asyncio.to_thread(taker.close)

    async def _finish(self, house: House) -> None:
        """Hang up on who is idle at once, on who sends a message when it is stored."""
        until = self._loop.time() + self._limits.stop_seconds
        while house.open:
            is_late = self._loop.time() > until
            for conversation in list(house.open):
                if is_late or not conversation.is_storing:
                    conversation.hang_up()
            if is_late:
                return
            await asyncio.sleep(0.05)


def _tls_context(place: Place) -> ssl.SSLContext | None:
    if place.certificate is None:
        if place.require_tls:
            raise CannotListenError("TLS can only be required with a certificate.")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(place.certificate, place.key)
    except (OSError, ssl.SSLError) as error:
        raise CannotListenError(
            f"The certificate {place.certificate} cannot be used: {error}"
        ) from error
    return context


def _explain(error: OSError, place: Place) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {place.port} is in use by another program: choose another."
    if error.errno == errno.EACCES:
        return f"Port {place.port} needs more rights than this user has: choose one above 1023."
    return f"{place.host}:{place.port} cannot be listened on: {error.strerror or error}"
