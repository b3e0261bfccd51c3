"""Keeping an uploaded file in the database, where every worker finds it, and reading it again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from django.db import transaction
from django.db.models import Manager

from lists.importing.formats import COLUMNS, candidates, guessed_mapping, likeliest
from lists.importing.rows import Row
from lists.importing.shapes import HEAD_BYTES, shape_of
from lists.models import SuppressionImport
from lists.models.stored_files import FileJob

CHUNK_BYTES = 256 * 1024
# Of a file that is nothing but rubbish not every record is kept.
MOST_REFUSED_KEPT = 100_000


class RefusedOne(Protocol):
    """A row that nothing could be done with, and why."""

    row: Row
    why: str


class FileTooLargeError(ValueError):
    """More than may be uploaded. Its text is a sentence."""


@transaction.atomic
def store(job: SuppressionImport, pieces: Iterable[bytes], most_bytes: int) -> None:
    """Save `job` with a file's bytes, and what its beginning tells of it.

    Raises UnreadableFileError or FileTooLargeError, and then saves nothing.
    """
    job.state = SuppressionImport.State.WAITING
    job.save()
    shape = shape_of(keep(job, pieces, most_bytes))
    found = likeliest(candidates(shape), job.file_name)
    job.shape = shape.as_json()
    job.format = found.name if found else COLUMNS
    job.mapping = guessed_mapping(shape)
    job.save()


def keep(job: FileJob, pieces: Iterable[bytes], most_bytes: int) -> bytes:
    """Store a file's bytes with a saved `job`; return its beginning. FileTooLargeError."""
    head, size = b"", 0
    for number, chunk in enumerate(_chunks(pieces)):
        size += len(chunk)
        if size > most_bytes:
            raise FileTooLargeError(f"The file is larger than {most_bytes // 1024**2} MiB.")
        head = head or chunk[:HEAD_BYTES]
        job.chunks.create(number=number, data=chunk)
    job.total = size
    return head


def opened(job: FileJob) -> io.BufferedReader:
    """The file again, to be read from the beginning or from any byte."""
    return io.BufferedReader(_StoredFile(job.chunks, job.total), CHUNK_BYTES)


def forget_file(job: FileJob) -> None:
    """Delete what was uploaded: it is worked off, and may be full of addresses."""
    job.chunks.all().delete()


def keep_refused(job: FileJob, refusals: Sequence[RefusedOne]) -> None:
    """Keep rows that nothing could be done with; those kept already stay."""
    room = max(0, MOST_REFUSED_KEPT - job.refused)
    model = job.refused_rows.model
    model.objects.bulk_create(
        [
            model(
                job=job,
                number=refusal.row.number,
                text=refusal.row.text.replace("\0", "")[:300],
                why=refusal.why[:200],
            )
            for refusal in refusals[:room]
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of `CHUNK_BYTES`."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)


class _StoredFile(io.RawIOBase):
    """The chunks of a file as one; one of them is in memory at a time."""

    def __init__(self, chunks: Manager, size: int) -> None:
        self._chunks, self._size, self._position = chunks, size, 0
        self._number, self._chunk = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer) -> int:
        number, offset = divmod(self._position, CHUNK_BYTES)
        if number != self._number:
            row = self._chunks.filter(number=number).first()
            self._number, self._chunk = number, bytes(row.data) if row else b""
        piece = self._chunk[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
