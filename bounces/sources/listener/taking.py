"""From a message to committed rows, in a few threads beside the conversation."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils.translation import gettext as _

from bounces import roads
from bounces.models import InboundMessage
from bounces.sources.listener.recipients import is_ours
from bounces.storing import Incoming, store
from bounces.waking import wake

log = logging.getLogger(__name__)

ROAD = "listener"
_THREADS = 4
# Workers are told of so many messages at a time, or after so long.
_WAKE_SECONDS = 0.2

P = ParamSpec("P")
R = TypeVar("R")


class StorageAwayError(Exception):
    """The database did not do it: nothing is stored."""


class Taker:
    """Asks and writes the database for a listener."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="listener-storing")
        self._stored = 0
        self._waking: asyncio.TimerHandle | None = None

    async def knows(self, recipient: str) -> bool:
        """Whether its mail is taken. Raises StorageAwayError."""
        return await self._in_thread(is_ours, recipient)

    async def take(
        self, sender: str, recipients: Sequence[str], raw: bytes, peer: str, client_helo: str = ""
    ) -> bool:
        """Store the message for each recipient; when this returns it is committed.

        `client_helo` is empty where the peer is an MTA of ours, which is nobody's proof of
        anything. False where there is nothing to store. Raises StorageAwayError.
        """
        messages = [
            Incoming(
                raw=raw,
                source=InboundMessage.Source.LISTENER,
                source_detail=peer,
                envelope_sender=sender,
                envelope_recipient=recipient,
                client_ip=peer if client_helo else "",
                client_helo=client_helo,
            )
            for recipient in recipients
        ]
        done = await self._in_thread(store, messages)
        self._stored += len(done.ids)
        if self._stored >= settings.PIPELINE_BATCH_SIZE:
            self._wake()
        elif self._waking is None:
            loop = asyncio.get_running_loop()
            self._waking = loop.call_later(_WAKE_SECONDS, self._wake)
        return not done.refused

    def close(self) -> None:
        """Tell workers of the last messages, and let go of the database."""
        self._wake()
        # Each thread has a connection of its own, which only it can close; the barrier keeps one
        # thread from doing it for two.
        together = threading.Barrier(_THREADS, timeout=5)
        for _thread in range(_THREADS):
            self._threads.submit(_let_go, together)
        self._threads.shutdown(wait=True)

    def _wake(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        stored, self._stored = self._stored, 0
        if stored:
            # A task that cannot be announced is found by the sweep: nobody waits for this.
            self._threads.submit(_announced, stored)

    async def _in_thread(self, work: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: _guarded(work, *args, **options))


def _guarded(work: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    close_old_connections()
    try:
        return work(*args, **options)
    except (DatabaseError, InterfaceError) as error:
        log.warning("The database is away: %s", str(error).partition("\n")[0])
        close_old_connections()
        raise StorageAwayError from error


def _let_go(together: threading.Barrier) -> None:
    connections.close_all()
    together.wait()


def _announced(number: int) -> None:
    try:
        wake(number)
        roads.worked(ROAD, _("Listener"))
    except Exception:
        log.exception("%d messages are stored and wait for the sweep", number)
    finally:
        close_old_connections()
