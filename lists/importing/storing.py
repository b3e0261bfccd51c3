"""Keeping an uploaded file in the database, where every worker finds it, and reading it again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from django.db import transaction

from lists.importing.formats import COLUMNS, candidates, guessed_mapping, likeliest
from lists.importing.shapes import HEAD_BYTES, shape_of
from lists.models import ImportChunk, SuppressionImport

CHUNK_BYTES = 256 * 1024


class FileTooLargeError(ValueError):
    """More than may be uploaded. Its text is a sentence."""


@transaction.atomic
def store(job: SuppressionImport, pieces: Iterable[bytes], most_bytes: int) -> None:
    """Save `job` with a file's bytes, and what its beginning tells of it.

    Raises UnreadableFileError or FileTooLargeError, and then saves nothing.
    """
    head = b""
    job.state = SuppressionImport.State.WAITING
    job.save()
    size = 0
    for number, chunk in enumerate(_chunks(pieces)):
        size += len(chunk)
        if size > most_bytes:
            raise FileTooLargeError(f"The file is larger than {most_bytes // 1024**2} MiB.")
        head = head or chunk[:HEAD_BYTES]
        ImportChunk.objects.create(job=job, number=number, data=chunk)
    shape = shape_of(head)
    found = likeliest(candidates(shape), job.file_name)
    job.shape = shape.as_json()
    job.total = size
    job.format = found.name if found else COLUMNS
    job.mapping = guessed_mapping(shape)
    job.save()


def opened(job: SuppressionImport) -> io.BufferedReader:
    """The file again, to be read from the beginning or from any byte."""
    return io.BufferedReader(_StoredFile(job.pk, job.total), CHUNK_BYTES)


def forget_file(job: SuppressionImport) -> None:
    """Delete what was uploaded: it is worked off, and full of addresses."""
    ImportChunk.objects.filter(job=job).delete()


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
    """The chunks of an import as one file; one of them is in memory at a time."""

    def __init__(self, job_id: int, size: int) -> None:
        self._job_id, self._size, self._position = job_id, size, 0
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
            row = ImportChunk.objects.filter(job_id=self._job_id, number=number).first()
            self._number, self._chunk = number, bytes(row.data) if row else b""
        piece = self._chunk[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
