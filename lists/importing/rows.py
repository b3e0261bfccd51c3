"""A file's records, one after another, in bounded memory whatever its size. Pure."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import ijson  # type: ignore[import-untyped]

from lists.importing.shapes import Shape, plain

# A longer field is no address and no reason: it is an unclosed quote.
_LONGEST_FIELD = 100_000
_LONGEST_LINE = 1024 * 1024
# Mailman's own numbers of why a member gets no mail.
_MAILMAN_STATUS = re.compile(r"u?'([^'@\s]+@[^'\s]+)':\s*\((\d),")
_QUOTED = re.compile(r"u?'([^'\s]*)'")


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `error` is set where it could not be read; `text` is then what was there."""

    number: int
    """From 1, as people count; a header is not counted."""
    values: dict[str, str] = field(default_factory=dict)
    """Plain column name -> text."""
    next_byte: int = -1
    """Where reading can go on after it; -1 where only counting gets there."""
    text: str = ""
    error: str = ""


def rows(stream: IO[bytes], shape: Shape, *, after: int = 0, at_byte: int = -1) -> Iterator[Row]:
    """The records after the first `after` ones. `at_byte` is that row's `next_byte`.

    Bad records come as rows with an `error`; only a JSON document that breaks off ends early, with
    such a row.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    if at_byte >= 0:
        stream.seek(at_byte)
        yield from _READERS[shape.kind](stream, shape, after, at_byte)
        return
    stream.seek(shape.start)
    for row in _READERS[shape.kind](stream, shape, 0, shape.start):
        if row.number > after:
            yield row


class _Lines:
    """The lines of a stream as text, and how many bytes they took."""

    def __init__(self, stream: IO[bytes], at_byte: int) -> None:
        self._stream = stream
        self.position = at_byte

    def __iter__(self) -> Iterator[str]:
        while line := self._stream.readline(_LONGEST_LINE):
            self.position += len(line)
            yield _decoded(line)


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        # Exports of old programs: any byte is a letter there.
        return line.decode("latin-1")


def _csv(stream: IO[bytes], shape: Shape, number: int, at_byte: int) -> Iterator[Row]:
    lines = _Lines(stream, at_byte)
    reader = csv.reader(iter(lines), delimiter=shape.delimiter)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            yield Row(number, next_byte=lines.position, error="A quotation mark is not closed.")
            continue
        if not record:
            continue
        number += 1
        yield Row(
            number,
            dict(zip(shape.columns, record, strict=False)),
            lines.position,
            shape.delimiter.join(record),
        )


def _plain_lines(stream: IO[bytes], shape: Shape, number: int, at_byte: int) -> Iterator[Row]:
    lines = _Lines(stream, at_byte)
    for line in lines:
        text = line.strip()
        if text:
            number += 1
            yield Row(number, {"address": text}, lines.position, text)


def _json_lines(stream: IO[bytes], shape: Shape, number: int, at_byte: int) -> Iterator[Row]:
    lines = _Lines(stream, at_byte)
    for line in lines:
        text = line.strip()
        if not text:
            continue
        number += 1
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            record = None
        yield _of_object(number, record, text, lines.position)


def _json(stream: IO[bytes], shape: Shape, number: int, at_byte: int) -> Iterator[Row]:
    try:
        for record in ijson.items(stream, shape.path, multiple_values=True):
            number += 1
            yield _of_object(number, record, str(record))
    except (ijson.JSONError, ValueError):
        yield Row(number + 1, error="The JSON breaks off or is damaged here.")


def _of_object(number: int, record: object, text: str, next_byte: int = -1) -> Row:
    if not isinstance(record, dict):
        return Row(number, next_byte=next_byte, text=text, error="This is no JSON object.")
    values = {
        plain(str(key)): "" if value is None else str(value)
        for key, value in record.items()
        if not isinstance(value, dict | list)
    }
    return Row(number, values, next_byte, text)


def _mailman(stream: IO[bytes], shape: Shape, number: int, at_byte: int) -> Iterator[Row]:
    """Who gets no mail by `delivery_status`, and who is in `ban_list`."""
    section = ""
    for line in _Lines(stream, at_byte):
        if "delivery_status" in line:
            section = "delivery_status"
        elif "ban_list" in line and "[" in line and not line.lstrip().startswith("#"):
            section = "ban_list"
        if section == "delivery_status":
            for address, status in _MAILMAN_STATUS.findall(line):
                number += 1
                values = {"address": address, "status": status}
                yield Row(number, values, text=f"{address}: {status}")
        elif section == "ban_list":
            listed = line.partition("[")[2] if "ban_list" in line else line
            for entry in _QUOTED.findall(listed.partition("]")[0]):
                if entry.startswith("^"):
                    # A pattern bans no address that could be named.
                    continue
                number += 1
                yield Row(number, {"address": entry, "status": "banned"}, text=entry)
        if ("}" if section == "delivery_status" else "]") in line:
            section = ""


_READERS = {
    "csv": _csv,
    "lines": _plain_lines,
    "jsonl": _json_lines,
    "json": _json,
    "mailman": _mailman,
}
