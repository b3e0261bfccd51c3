"""How a file is built: its first bytes tell whether it is CSV, JSON, plain lines. Pure."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict, dataclass

import ijson  # type: ignore[import-untyped]

# As much of a file as its shape is read from.
HEAD_BYTES = 64 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_BOM = b"\xef\xbb\xbf"


class UnreadableFileError(ValueError):
    """No shape that we know. Its text is a sentence for the person, to go through gettext."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is needed to read a file's records, from the beginning or from the middle."""

    kind: str
    """`csv`, `lines` (an address each), `jsonl` (an object each), `json` or `mailman`."""
    columns: tuple[str, ...] = ()
    """The plain names of the columns (see `plain`), of the first object's keys in JSON."""
    titles: tuple[str, ...] = ()
    """The columns as the file writes them."""
    delimiter: str = ","
    start: int = 0
    """The byte that the records begin at."""
    path: str = ""
    """Where in a JSON document the records are, as ijson writes it: `items.item`."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, object]) -> Shape:
        fields = dict(values)
        for name in ("columns", "titles"):
            fields[name] = tuple(fields[name])  # type: ignore[arg-type]
        return cls(**fields)  # type: ignore[arg-type]


def plain(title: str) -> str:
    """A column's name without what varies: `Email Address`, `email_address` are `emailaddress`."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def shape_of(head: bytes) -> Shape:
    """The shape of a file that begins with `head`. Raises UnreadableFileError."""
    start = len(_BOM) if head.startswith(_BOM) else 0
    text = head[start:]
    if text.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in text[:200]:
        raise UnreadableFileError("This is no UTF-8 text. Save the file as CSV in UTF-8.")
    stripped = text.lstrip()
    if not stripped:
        raise UnreadableFileError("The file is empty.")
    if _is_mailman(stripped):
        return Shape("mailman", ("address", "status"), ("address", "status"), start=start)
    if stripped[:1] in (b"{", b"["):
        return _json_shape(text, start)
    return _lines_shape(text, start)


def _is_mailman(text: bytes) -> bool:
    # A dump of Mailman 2.1 (`dumpdb`), or the settings that `config_list` writes.
    begins = (b"[----- start", b"<----- start", b"# -*- python -*-", b'## "')
    return text.startswith(begins) or re.match(rb"\{\s*u?'", text) is not None


def _lines_shape(text: bytes, start: int) -> Shape:
    skipped = len(text) - len(text.lstrip(b"\r\n"))
    line_bytes = text[skipped:].splitlines(keepends=True)[0]
    line = line_bytes.decode("utf-8", "replace").strip("\r\n")
    if "@" in line:
        return Shape("lines", ("address",), ("address",), start=start)
    delimiter = max(_DELIMITERS, key=line.count)
    titles = tuple(title.strip() for title in next(csv.reader([line], delimiter=delimiter)))
    columns = tuple(plain(title) for title in titles)
    if not any(columns):
        raise UnreadableFileError("The first line names no columns.")
    return Shape("csv", columns, titles, delimiter, start + skipped + len(line_bytes))


def _json_shape(text: bytes, start: int) -> Shape:
    first = text.lstrip().split(b"\n", 1)[0]
    try:
        value = json.loads(first)
    except ValueError:
        value = None
    if isinstance(value, dict) and not _holds_objects(value):
        return _object_shape("jsonl", "", value, start)
    path = _path_of_records(text)
    record = next(iter(_records(text, path)), None)
    if not isinstance(record, dict):
        raise UnreadableFileError("There is no list of objects in this JSON.")
    return _object_shape("json", path, record, start)


def _object_shape(kind: str, path: str, record: dict[str, object], start: int) -> Shape:
    titles = tuple(str(key) for key in record)
    return Shape(kind, tuple(plain(title) for title in titles), titles, start=start, path=path)


def _holds_objects(value: dict[str, object]) -> bool:
    """Whether the records are within it, rather than it being one."""
    lists = [v for v in value.values() if isinstance(v, list)]
    nested = [v for v in value.values() if isinstance(v, dict)]
    return any(isinstance(x, dict) for found in lists for x in found) or any(
        _holds_objects(v) for v in nested
    )


def _path_of_records(text: bytes) -> str:
    """Where the first object is that stands in a list."""
    try:
        for path, event, _value in ijson.parse(text, multiple_values=True):
            if event == "start_map" and (path == "item" or path.endswith(".item")):
                return str(path)
    except ijson.JSONError:
        pass
    raise UnreadableFileError("There is no list of objects in this JSON.")


def _records(text: bytes, path: str) -> list[object]:
    """The first record, if it ends within `text`."""
    found: list[object] = []
    try:
        for record in ijson.items(text, path, multiple_values=True):
            found.append(record)
            break
    except ijson.JSONError:
        pass
    return found
