"""Messages in files: single ones, mboxes, Maildirs, standard input. Read one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
_CHUNK = 1024 * 1024
# mbox: `From sender date`; the time and the year keep a sentence that begins so from splitting.
_FROM_LINE = re.compile(rb"From \S.*\d\d?:\d\d.* (?:19|20)\d\d")
# No line of a message needs more; a longer one is taken in pieces.
_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A message in a file, cut to the limit; `size` is what it has in full, in bytes."""

    raw: bytes
    size: int
    where: str


class UnreadableError(Exception):
    """A path that cannot be read, with a sentence for the user."""


def total_size(paths: list[Path]) -> int:
    """The bytes that `read_paths` will read, for a progress bar."""
    return sum(file.stat().st_size for path in paths for file in _files(path))


def read_paths(paths: list[Path], limit: int) -> Iterator[Found | UnreadableError]:
    """Every message below `paths`, each cut to `limit` bytes.

    A folder with `cur` or `new` is a Maildir; any other folder is read with all that is below it;
    a file that begins with `From ` is an mbox. What cannot be read is given as the error, and the
    rest goes on.
    """
    for path in paths:
        try:
            files = list(_files(path))
        except OSError as error:
            yield UnreadableError(f"{path}: {error.strerror or error}")
            continue
        for file in files:
            try:
                with file.open("rb") as stream:
                    yield from _read_file(stream, str(file), limit)
            except OSError as error:
                yield UnreadableError(f"{file}: {error.strerror or error}")


def read_stream(stream: BinaryIO, where: str, limit: int) -> Found:
    """One message from a stream, such as an MTA's pipe; never more than `limit` in memory.

    A pipe's delivery agent may put an mbox `From ` line on top: it belongs to no message.
    """
    raw = stream.read(limit)
    size = len(raw)
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
        size = size if size > limit else len(raw)
    return Found(raw, size, where)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        path.stat()  # raises where there is none
        yield path
        return
    maildir = [path / name for name in ("new", "cur") if (path / name).is_dir()]
    # A Maildir's `tmp` holds deliveries that are not complete yet.
    for folder in maildir or [path]:
        entries = folder.iterdir() if maildir else folder.rglob("*")
        yield from sorted(e for e in entries if e.is_file() and not e.name.startswith("."))


def _read_file(stream: BinaryIO, where: str, limit: int) -> Iterator[Found]:
    is_mbox = _FROM_LINE.match(stream.readline(_LONGEST_LINE)) is not None
    stream.seek(0)
    if is_mbox:
        yield from _split_mbox(stream, where, limit)
    else:
        yield read_stream(stream, where, limit)


def _split_mbox(stream: BinaryIO, where: str, limit: int) -> Iterator[Found]:
    """Split at From lines that follow a blank line; `>From ` inside loses its `>` (mboxrd)."""
    number = 0
    lines: list[bytes] = []
    size = 0
    kept = 0
    after_blank = True
    while line := stream.readline(_LONGEST_LINE):
        if after_blank and _FROM_LINE.match(line):
            if number:
                yield Found(b"".join(lines), size, f"{where}#{number}")
            number += 1
            lines, size, kept = [], 0, 0
            after_blank = False
            continue
        after_blank = line in (b"\n", b"\r\n")
        if line.startswith(b">") and line.lstrip(b">").startswith(b"From "):
            line = line[1:]
        size += len(line)
        if kept < limit:
            lines.append(line[: limit - kept])
            kept += len(lines[-1])
    yield Found(b"".join(lines), size, f"{where}#{number}")
