"""Reports as they arrive: XML, gzip or zip, alone or attached to a message."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from diagnostics.checks.dmarc_reports.reading import read_report
from diagnostics.checks.dmarc_reports.types import AggregateReport, ReportError

LARGEST_PACKED = 25 * 1024 * 1024
"""Octets of a file that is looked at."""
LARGEST_XML = 64 * 1024 * 1024
"""Octets of one report, unpacked."""
MOST_FILES = 20
"""Reports in one zip, and attachments of one message that are looked at."""
_PIECE = 64 * 1024

_MEDIA_TYPES = frozenset(
    {
        "application/gzip",
        "application/x-gzip",
        "application/zip",
        "application/x-zip-compressed",
        "application/xml",
        "text/xml",
        "application/octet-stream",
    }
)
_ENDINGS = (".xml", ".xml.gz", ".gz", ".zip")


def reports_in_file(octets: bytes) -> tuple[AggregateReport, ...]:
    """The reports in one file, which its first octets tell to be XML, gzip or zip.

    Raises `ReportError`.
    """
    if len(octets) > LARGEST_PACKED:
        raise ReportError(f"the file is larger than {LARGEST_PACKED} octets")
    if octets.startswith(b"\x1f\x8b"):
        return (read_report(_gunzip(octets)),)
    if octets.startswith(b"PK\x03\x04"):
        return tuple(_unzip(octets))
    return (read_report(octets),)


def reports_in_message(raw: bytes) -> tuple[AggregateReport, ...]:
    """The reports attached to a message; empty where none is. Raises `ReportError`.

    An attachment that merely looks like a report is an error only if no other is one.
    """
    reports: list[AggregateReport] = []
    fault: ReportError | None = None
    for octets in _attachments(raw):
        try:
            reports.extend(reports_in_file(octets))
        except ReportError as error:
            fault = fault or error
    if not reports and fault is not None:
        raise fault
    return tuple(reports)


def _attachments(raw: bytes) -> Iterator[bytes]:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    seen = 0
    for part in message.walk():
        if part.is_multipart() or seen >= MOST_FILES:
            continue
        try:
            name = (part.get_filename() or "").lower()
            kind = part.get_content_type()
            wanted = name.endswith(_ENDINGS) or (kind in _MEDIA_TYPES and kind != "text/xml")
            payload = part.get_payload(decode=True) if wanted else None
        except (ValueError, LookupError, UnicodeError, TypeError):
            continue
        if isinstance(payload, bytes) and payload:
            seen += 1
            yield payload


def _gunzip(octets: bytes) -> Iterator[bytes]:
    """The contents of a gzip file, piece by piece, so that a bomb is noticed early."""
    unpacker = zlib.decompressobj(wbits=31)
    size, rest = 0, octets
    piece = b"begin"
    while not unpacker.eof and (rest or piece):
        try:
            piece = unpacker.decompress(rest, _PIECE)
        except zlib.error as error:
            raise ReportError(f"the gzip file is damaged: {error}") from error
        rest = unpacker.unconsumed_tail
        size += len(piece)
        if size > LARGEST_XML:
            raise ReportError(f"it unpacks to more than {LARGEST_XML} octets")
        yield piece
    if not unpacker.eof:
        raise ReportError("the gzip file is cut off")


def _unzip(octets: bytes) -> Iterator[AggregateReport]:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            members = [one for one in archive.infolist() if one.filename.lower().endswith(".xml")]
            if not members:
                raise ReportError("the zip file holds no XML")
            if len(members) > MOST_FILES:
                raise ReportError(f"the zip file holds more than {MOST_FILES} reports")
            for member in members:
                yield read_report(_member(archive, member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        raise ReportError(f"the zip file cannot be read: {error}") from error
    except (OSError, ValueError, LookupError) as error:
        raise ReportError(f"the zip file is damaged: {error}") from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    size = 0
    with archive.open(member) as packed:
        while piece := packed.read(_PIECE):
            size += len(piece)
            if size > LARGEST_XML:
                raise ReportError(f"it unpacks to more than {LARGEST_XML} octets")
            yield piece
