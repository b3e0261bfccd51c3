"""A folder on an IMAP server (RFC 3501), by IMAPClient."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from bounces.sources.mailbox import errors
from bounces.sources.mailbox.session import Account, Listing, Position, Read, number_of
from bounces.sources.mailbox.tls import context_for

_TIMEOUT = SocketTimeout(connect=10, read=30)
# The connection is of no use any more after these. `abort` is an `error`: ask for it first.
_BROKEN = (IMAPClientAbortError, OSError)


class ImapSession:
    """One connection, one selected folder. Keys are `UIDVALIDITY:UID`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = _connect(account)
        try:
            _log_in(self._client, account)
            self._validity = self._select()
            self._need_target()
        except BaseException:
            self.close()
            raise

    def listing(self, position: Position) -> Listing:
        goes_on = self._account.afterwards == "leave" and position.uid_validity == self._validity
        first = position.last_uid + 1 if goes_on else 1
        with self._asking():
            found = self._client.search(["UID", f"{first}:*"])
        # `n:*` has the last message even where its UID is less than n (RFC 3501 6.4.8).
        uids = sorted(uid for uid in found if uid >= first)
        return Listing([f"{self._validity}:{uid}" for uid in uids], self._validity)

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        with self._asking():
            found = self._client.fetch(self._uids(keys), ["RFC822.SIZE"])
        return {f"{self._validity}:{uid}": int(said[b"RFC822.SIZE"]) for uid, said in found.items()}

    def read(self, keys: Sequence[str], limit: int) -> Iterator[Read]:
        # PEEK: it is marked as read only once it is stored. The part from 0 on keeps an enormous
        # message from being loaded whole.
        wanted = ["RFC822.SIZE", f"BODY.PEEK[]<0.{limit}>"]
        try:
            found = self._client.fetch(self._uids(keys), wanted)
        except _BROKEN as error:
            raise errors.ConnectionLost(self._account) from error
        except (IMAPClientError, ValueError, KeyError, IndexError) as error:
            if len(keys) == 1:
                yield Read(keys[0], error=_("The server does not give it: %s") % error)
                return
            for key in keys:
                yield from self.read([key], limit)
            return
        for key in keys:
            said = found.get(number_of(key)) if self._uids([key]) else None
            if said is None:
                continue
            raw = next((v for name, v in said.items() if name.startswith(b"BODY[]")), None)
            if raw is None:
                yield Read(key, error=_("The server lists it and gives no text."))
                continue
            # Some servers only guess the size: it counts where the text was cut.
            size = int(said.get(b"RFC822.SIZE", 0)) if len(raw) >= limit else len(raw)
            yield Read(key, raw, size)

    def finish(self, keys: Sequence[str]) -> None:
        uids = self._uids(keys)
        if not uids:
            return
        with self._asking():
            match self._account.afterwards:
                case "move" if self._client.has_capability("MOVE"):
                    self._client.move(uids, self._account.move_to)
                case "move":
                    self._client.copy(uids, self._account.move_to)
                    self._delete(uids)
                case "delete":
                    self._delete(uids)
                case _:
                    self._client.add_flags(uids, [SEEN], silent=True)

    def count(self) -> int:
        with self._asking():
            status = self._client.folder_status(self._account.folder, ["MESSAGES"])
        return int(status[b"MESSAGES"])

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.logout()
        with contextlib.suppress(Exception):
            self._client.shutdown()

    def _uids(self, keys: Sequence[str]) -> list[int]:
        """A key of another UIDVALIDITY may be another message by now: it is left out."""
        own = f"{self._validity}:"
        return [number_of(key) for key in keys if key.startswith(own)]

    def _delete(self, uids: list[int]) -> None:
        self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)
        else:
            self._client.expunge()

    def _select(self) -> int:
        try:
            answer = self._client.select_folder(self._account.folder)
        except _BROKEN as error:
            raise errors.ConnectionLost(self._account) from error
        except IMAPClientError as error:
            raise errors.of_folder(self._account.folder, error) from error
        return int(answer.get(b"UIDVALIDITY", 0))

    def _need_target(self) -> None:
        """Make the folder that messages are moved to, where it is not there."""
        if self._account.afterwards != "move":
            return
        target = self._account.move_to
        try:
            if not self._client.folder_exists(target):
                self._client.create_folder(target)
        except _BROKEN as error:
            raise errors.ConnectionLost(self._account) from error
        except IMAPClientError as error:
            raise errors.of_folder(target, error) from error

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            raise errors.ConnectionLost(self._account) from error
        except IMAPClientError as error:
            raise errors.MailboxError(
                "protocol",
                _("%(host)s refused a command: %(why)s")
                % {"host": self._account.host, "why": errors.quoted(error)},
            ) from error


def _connect(account: Account) -> IMAPClient:
    context = context_for(account)
    try:
        client = IMAPClient(
            account.host,
            port=account.port,
            ssl=account.tls == "tls",
            ssl_context=context if account.tls == "tls" else None,
            timeout=_TIMEOUT,
        )
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        raise errors.of_connecting(error, account) from error
    if account.tls == "starttls":
        try:
            client.starttls(context)
        except (OSError, ssl.SSLError, IMAPClientError) as error:
            with contextlib.suppress(Exception):
                client.shutdown()
            raise errors.of_starttls(error, account) from error
    return client


def _log_in(client: IMAPClient, account: Account) -> None:
    try:
        if account.access_token:
            client.oauth2_login(account.username, account.access_token)
        else:
            client.login(account.username, account.password)
    except _BROKEN as error:
        # Some servers hang up on a wrong password.
        raise errors.of_login(error, account) from error
    except (IMAPClientError, UnicodeError) as error:
        raise errors.of_login(error, account) from error
