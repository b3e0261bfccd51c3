"""The conversation: aiosmtpd's, with our replies, our limits and our way of reading DATA."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from bounces.sources.listener.limits import Limits
from bounces.sources.listener.taking import StorageAwayError, Taker

log = logging.getLogger(__name__)

OK = "250 2.0.0 Stored"
UNKNOWN = "550 5.1.1 No such bounce address here"
TOO_LARGE = "552 5.3.4 The message is larger than is taken here"
EMPTY = "554 5.6.0 The message is empty"
AWAY = "451 4.3.0 The storage is not available, try again later"
BUSY = "451 4.3.2 Too many messages at once, try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients, send the rest in another transaction"
TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
GUESSING = "421 4.7.0 Too many unknown recipients"
STOPPING = b"421 4.3.2 Closing down, try again later\r\n"

# Seconds to wait for a place to receive a message in.
_WAIT_FOR_PLACE = 20.0
# aiosmtpd says these without the enhanced code of RFC 3463.
_TOO_LARGE_BY_SIZE = "552 Error: message size"


@dataclass(slots=True)
class House:
    """What all connections of one listener share."""

    taker: Taker
    limits: Limits
    places: asyncio.Semaphore
    hostname: str
    peers: Counter[str] = field(default_factory=Counter)
    open: set[Conversation] = field(default_factory=set)
    is_closing: bool = False

    def has_room_for(self, peer: str) -> bool:
        """Whether another connection of `peer` is welcome."""
        return (
            not self.is_closing
            and len(self.open) < self.limits.connections
            and self.peers[peer] < self.limits.connections_per_peer
        )


class _Hooks:
    """What aiosmtpd asks on the way."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._refused = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        limits = self._house.limits
        if len(envelope.rcpt_tos) >= limits.recipients:
            return TOO_MANY_RECIPIENTS
        try:
            known = await self._house.taker.knows(address)
        except StorageAwayError:
            return AWAY
        if known:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
            return "250 2.1.5 OK"
        self._refused += 1
        if self._refused > limits.refused_recipients:
            await server.push(GUESSING)
            server.transport.close()
        return UNKNOWN

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        # Nobody logs in here; aiosmtpd would offer it over TLS.
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_exception(self, error: Exception) -> str:
        log.error("A conversation failed", exc_info=error)
        return "451 4.3.0 Something went wrong here, try again later"


class Conversation(SMTP):
    """One connection that speaks SMTP; each message is answered once it is committed."""

    # Commands are far shorter; in DATA a longer line is read in pieces.
    line_length_limit = 64 * 1024

    def __init__(self, house: House, tls: ssl.SSLContext | None, require_tls: bool) -> None:
        super().__init__(
            _Hooks(house),
            data_size_limit=house.limits.message_bytes,
            enable_SMTPUTF8=True,
            # Looked up once: aiosmtpd would ask the resolver for every connection.
            hostname=house.hostname,
            ident="bounceadmin",
            tls_context=tls,
            require_starttls=require_tls,
            timeout=house.limits.idle_seconds,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )
        self._house = house
        self._peer = ""
        self._is_refused = False
        self._is_storing = False
        self._end: asyncio.TimerHandle | None = None

    # --- connections --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is not None:  # the same connection, by TLS from here on
            super().connection_made(transport)
            return
        self._peer = str((transport.get_extra_info("peername") or ("",))[0])
        if not self._house.has_room_for(self._peer):
            self._is_refused = True
            transport.write(TOO_MANY_CONNECTIONS)
            transport.close()
            return
        self._house.open.add(self)
        self._house.peers[self._peer] += 1
        self._end = self.loop.call_later(self._house.limits.session_seconds, self.hang_up)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_refused:
            return
        if self in self._house.open:
            self._house.open.discard(self)
            self._house.peers[self._peer] -= 1
            self._house.peers += Counter()  # forgets those at zero
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self._is_refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return False if self._is_refused else super().eof_received()

    def hang_up(self) -> None:
        """Close it now, whatever the peer is at."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(STOPPING)
            self.transport.close()

    @property
    def is_storing(self) -> bool:
        """Whether a message is under way that should not be cut off."""
        return self._is_storing

    # --- messages -----------------------------------------------------------------------------

    async def push(self, status: str | bytes) -> None:
        if isinstance(status, str) and status.startswith(_TOO_LARGE_BY_SIZE):
            status = TOO_LARGE
        await super().push(status)

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Send RCPT first")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no argument")
            return
        try:
            await asyncio.wait_for(self._house.places.acquire(), _WAIT_FOR_PLACE)
        except TimeoutError:
            await self._answer_data(BUSY)
            return
        self._is_storing = True
        try:
            await self.push("354 End it with a dot on a line of its own")
            raw = await self._read_message()
            await self._answer_data(TOO_LARGE if raw is None else await self._take(raw))
        finally:
            self._is_storing = False
            self._house.places.release()

    async def _take(self, raw: bytes) -> str:
        envelope = self.envelope
        try:
            stored = await self._house.taker.take(
                envelope.mail_from, envelope.rcpt_tos, raw, self._peer, self._client_helo()
            )
        except StorageAwayError:
            return AWAY
        return OK if stored else EMPTY

    async def _answer_data(self, reply: str) -> None:
        replies = self._replies(reply, self.envelope.rcpt_tos)
        self._set_post_data_state()
        for each in replies:
            await self.push(each)

    def _replies(self, reply: str, recipients: Sequence[str]) -> list[str]:
        return [reply]

    def _client_helo(self) -> str:
        """What the client calls itself, where the client may be anybody; else empty."""
        return self.session.host_name or "unknown"

    async def _read_message(self) -> bytes | None:
        """The message up to its dot (RFC 5321 4.1.1.4, 4.5.2); None where it is too large.

        Only CRLF . CRLF ends it: a bare line feed would let a second message be smuggled in.
        """
        limit = self._house.limits.message_bytes
        message = bytearray()
        size = 0
        starts_line = True
        while True:
            try:
                piece = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as error:
                piece = await self._reader.read(error.consumed)
            if starts_line and piece == b".\r\n":
                return None if size > limit else bytes(message)
            if starts_line and piece.startswith(b"."):
                piece = piece[1:]
            starts_line = piece.endswith(b"\r\n")
            size += len(piece)
            # Beyond the limit it is read away, so that the answer reaches a peer that listens.
            if size <= limit:
                message += piece
            else:
                message.clear()


class LmtpConversation(Conversation, LMTP):
    """One connection that speaks LMTP (RFC 2033): each recipient has an answer of its own."""

    def _replies(self, reply: str, recipients: Sequence[str]) -> list[str]:
        return [reply] * len(recipients)

    def _client_helo(self) -> str:
        # An MTA of ours, which wrote down whom it has the message from.
        return ""
