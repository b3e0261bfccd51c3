"""A Maildir on this machine: an MTA delivers into `new`, what is stored goes to `cur`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bounces.sources.files import read_stream
from bounces.sources.mailbox import errors
from bounces.sources.mailbox.session import Account, Listing, Position, Read


class MaildirSession:
    """Reads what is in `new`. Keys are file names."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._root = Path(account.folder)
        self._new, self._cur = self._root / "new", self._root / "cur"
        try:
            # Asks for reading; whether it can be written is asked by making `cur`.
            os.scandir(self._new).close()
            self._cur.mkdir(exist_ok=True)
        except OSError as error:
            raise errors.of_folder(account.folder, error.strerror or error) from error

    def listing(self, position: Position) -> Listing:
        # The name begins with the time of delivery.
        return Listing(sorted(e.name for e in self._entries()))

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        found = {}
        for key in keys:
            try:
                found[key] = (self._new / key).stat().st_size
            except OSError:
                continue
        return found

    def read(self, keys: Sequence[str], limit: int) -> Iterator[Read]:
        for key in keys:
            try:
                # Not through a link: what it leads to is nobody's mail.
                descriptor = os.open(self._new / key, os.O_RDONLY | os.O_NOFOLLOW)
                with os.fdopen(descriptor, "rb") as stream:
                    found = read_stream(stream, key, limit)
            except FileNotFoundError:
                continue
            except OSError as error:
                yield Read(key, error=error.strerror or str(error))
            else:
                yield Read(key, found.raw, found.size)

    def finish(self, keys: Sequence[str]) -> None:
        for key in keys:
            try:
                if self._account.afterwards == "delete":
                    (self._new / key).unlink()
                else:
                    # `:2,S` is a message that has been seen.
                    (self._new / key).rename(self._cur / f"{key.partition(':')[0]}:2,S")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise errors.of_folder(str(self._cur), error.strerror or error) from error

    def count(self) -> int:
        return sum(1 for _ in self._entries())

    def close(self) -> None:
        """There is nothing to close."""

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self._new) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                        yield entry
        except OSError as error:
            raise errors.of_folder(str(self._new), error.strerror or error) from error
