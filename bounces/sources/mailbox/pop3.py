"""A maildrop on a POP3 server (RFC 1939), by poplib."""

from __future__ import annotations

import base64
import contextlib
import poplib
import re
import ssl
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from bounces.sources.mailbox import errors
from bounces.sources.mailbox.session import Account, Listing, Position, Read
from bounces.sources.mailbox.tls import context_for

_CONNECT_TIMEOUT = 10
_READ_TIMEOUT = 30
# poplib gives up at 2,048 bytes; mail has longer lines, and one bad message must not block.
_PIECE = 64 * 1024
# TOP (RFC 1939 7) takes lines: as many as hold the limit if each is as short as usual.
_SHORT_LINE = 60
_BARE_NUMBER = re.compile(r"\d+")


class _BoundedReader:
    """poplib's way of reading an answer, for lines of any length and in bounded memory."""

    limit = 0
    """Bytes of an answer that are kept; 0 keeps all."""

    def _getline(self):
        line = self.file.readline(_PIECE)
        if not line:
            raise poplib.error_proto("-ERR EOF")
        return line.rstrip(b"\r\n"), len(line)

    def _getlongresp(self):
        answer = self._getresp()
        lines: list[bytes] = []
        octets = 0
        starts_line = True
        while True:
            piece = self.file.readline(_PIECE)
            if not piece:
                raise poplib.error_proto("-ERR EOF")
            if starts_line and piece.rstrip(b"\r\n") == b".":
                return answer, lines, octets
            if starts_line and piece.startswith(b".."):
                piece = piece[1:]
            starts_line = piece.endswith(b"\n")
            # What is beyond the limit is read away, so that the next command finds its answer.
            if not self.limit or octets < self.limit:
                lines.append(piece)
            octets += len(piece)


class _Pop3(_BoundedReader, poplib.POP3):
    pass


class _Pop3Tls(_BoundedReader, poplib.POP3_SSL):
    pass


class Pop3Session:
    """One connection, which locks the maildrop. Keys are the server's unique ids (UIDL)."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = _connect(account)
        self._client.sock.settimeout(_READ_TIMEOUT)
        self._numbers: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        try:
            _log_in(self._client, account)
        except BaseException:
            self.close()
            raise

    def listing(self, position: Position) -> Listing:
        with self._asking():
            sizes = dict(self._pairs(self._client.list()[1]))
        try:
            ids = [(int(n), uid) for n, uid in self._pairs(self._client.uidl()[1])]
        except poplib.error_proto as error:
            if self._account.afterwards == "leave":
                raise errors.MailboxError(
                    "settings",
                    _(
                        "%(host)s gives messages no unique ids (UIDL), so that those that stay "
                        "cannot be told from new ones. Choose to delete what is stored."
                    )
                    % {"host": self._account.host},
                ) from error
            ids = [(int(n), f"#{n}") for n in sizes]
        except OSError as error:
            raise errors.ConnectionLost(self._account) from error
        self._numbers = {uid[:255]: n for n, uid in sorted(ids)}
        self._sizes = {uid: int(sizes.get(str(n), 0)) for uid, n in self._numbers.items()}
        return Listing(list(self._numbers))

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        return {key: self._sizes[key] for key in keys if key in self._sizes}

    def read(self, keys: Sequence[str], limit: int) -> Iterator[Read]:
        for key in keys:
            number, size = self._numbers[key], self._sizes[key]
            try:
                yield self._retrieve(key, number, size, limit)
            except poplib.error_proto as error:
                if "EOF" in str(error):
                    raise errors.ConnectionLost(self._account) from error
                said = errors.quoted(error.args[0] if error.args else error)
                yield Read(key, error=_("The server does not give it: %s") % said)
            except OSError as error:
                raise errors.ConnectionLost(self._account) from error

    def finish(self, keys: Sequence[str]) -> None:
        if self._account.afterwards != "delete":
            return
        with self._asking():
            for key in keys:
                self._client.dele(self._numbers[key])

    def count(self) -> int:
        with self._asking():
            return int(self._client.stat()[0])

    def close(self) -> None:
        """QUIT carries out the deletions (RFC 1939 6)."""
        try:
            self._client.quit()
        except (OSError, poplib.error_proto):
            with contextlib.suppress(Exception):
                self._client.close()

    def _retrieve(self, key: str, number: int, size: int, limit: int) -> Read:
        self._client.limit = limit
        try:
            if size > limit:
                # TOP is optional: where it is missing the rest is read away.
                try:
                    lines = self._client.top(number, limit // _SHORT_LINE)[1]
                except poplib.error_proto as error:
                    if "EOF" in str(error):
                        raise
                    lines = self._client.retr(number)[1]
            else:
                lines = self._client.retr(number)[1]
        finally:
            self._client.limit = 0
        raw = b"".join(lines)[:limit]
        return Read(key, raw, max(size, len(raw)) if size > limit else len(raw))

    def _pairs(self, lines: list[bytes]) -> Iterator[tuple[str, str]]:
        """`1 whqtswO00WBw418f` and `1 120`; a line that is neither is left out."""
        for line in lines:
            number, _space, rest = line.decode("latin-1").strip().partition(" ")
            if _BARE_NUMBER.fullmatch(number) and rest:
                yield number, rest.strip()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except poplib.error_proto as error:
            if "EOF" in str(error):
                raise errors.ConnectionLost(self._account) from error
            raise errors.MailboxError(
                "protocol",
                _("%(host)s refused a command: %(why)s")
                % {"host": self._account.host, "why": errors.quoted(error)},
            ) from error
        except OSError as error:
            raise errors.ConnectionLost(self._account) from error


def _connect(account: Account) -> _Pop3 | _Pop3Tls:
    context = context_for(account)
    try:
        if account.tls == "tls":
            return _Pop3Tls(account.host, account.port, timeout=_CONNECT_TIMEOUT, context=context)
        client = _Pop3(account.host, account.port, timeout=_CONNECT_TIMEOUT)
    except (OSError, poplib.error_proto, ValueError) as error:
        raise errors.of_connecting(error, account) from error
    if account.tls == "starttls":
        try:
            client.stls(context=context)
        except (OSError, ssl.SSLError, poplib.error_proto) as error:
            with contextlib.suppress(OSError):
                client.close()
            raise errors.of_starttls(error, account) from error
    return client


def _log_in(client: _Pop3 | _Pop3Tls, account: Account) -> None:
    try:
        if account.access_token:
            text = f"user={account.username}\1auth=Bearer {account.access_token}\1\1"
            client._shortcmd("AUTH XOAUTH2")
            answer = client._shortcmd(base64.b64encode(text.encode()).decode())
            if not answer.startswith(b"+OK"):
                # `+` and the reason in base64; an empty line then gets the refusal.
                client._shortcmd("")
        else:
            client.user(account.username)
            client.pass_(account.password)
    except (OSError, poplib.error_proto, ValueError, UnicodeError) as error:
        said = error.args[0] if error.args else error
        raise errors.of_login(Exception(errors.quoted(said)), account) from error
