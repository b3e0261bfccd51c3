"""Which format a message is of: by dictionary, not by asking one detector after another.

A mark is looked up by the first letters of a line, so a message costs one look-up per
line of its text and one per header name that some format has, however many formats there are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from bounces.parsing.beginnings import HEAD, any_of, lines_with
from bounces.parsing.formats import japan, mtas, services
from bounces.parsing.formats.table import Format
from bounces.parsing.headers import Headers
from bounces.parsing.notice import Notice

FORMATS: tuple[Format, ...] = (*services.FORMATS, *japan.FORMATS, *mtas.FORMATS)

_MOST_LINES = 120
"""Formats say what they are at their beginning."""

_BY_LINE: dict[str, list[tuple[str, Format]]] = defaultdict(list)
_FIELD_ROWS: dict[str, list[tuple[str, Format]]] = defaultdict(list)
_BY_SENDER: dict[str, Format] = {}
_BY_REPORT_FIELD: dict[str, Format] = {}
for _format in FORMATS:
    for _line in _format.lines:
        _BY_LINE[_line[:HEAD]].append((_line, _format))
    for _field in _format.fields:
        _name, _, _value = _field.partition(": ")
        if _name == "from" and "@" in _value:
            _BY_SENDER[_value] = _format
        else:
            _FIELD_ROWS[_name].append((_value, _format))
    for _name in _format.report_fields:
        _BY_REPORT_FIELD[_name] = _format
_REPORT_FIELD = re.compile(rf"\n({any_of(_BY_REPORT_FIELD)})[ \t]*:")
_MARKED = lines_with(_BY_LINE)
for _rows in _BY_LINE.values():
    # The longer mark tells more.
    _rows.sort(key=lambda row: -len(row[0]) - 1000 * bool(row[1].contains))


class _FieldMarks(NamedTuple):
    """What of one header field tells formats."""

    begins: tuple[str, ...]
    """How its value begins in some."""
    contains: tuple[str, ...]
    """What it contains in others."""
    rows: list[tuple[str, Format]]
    """The same as the tables have it, with the formats."""


_BY_FIELD = {
    name: _FieldMarks(
        tuple([value for value, _ in rows if value[:1] != "*"]),
        tuple([value[1:] for value, _ in rows if value[:1] == "*"]),
        rows,
    )
    for name, rows in _FIELD_ROWS.items()
}


class Recognized(NamedTuple):
    """A format, and whether that is all it takes."""

    format: Format
    sure: bool
    """Whether it is a bounce, whoever sent it: the reporter's own words say so."""
    by_title: bool = False
    """Whether the subject told it."""


def recognize(notice: Notice, needs_surety: bool = True) -> Recognized | None:
    """The format of a message, by its header fields or else by the lines of its text.

    Header fields may come from a gateway on the way, so they alone make no message a bounce.
    """
    by_field = _by_fields(notice.headers, notice.sender)
    if by_field is not None and (by_field.sure or not needs_surety):
        return by_field
    by_line = _by_lines(notice)
    if by_field is None or by_line is None:
        return by_field or by_line
    return by_field._replace(sure=by_field.sure or by_line.sure)


def _by_fields(headers: Headers, sender: str) -> Recognized | None:
    if (form := _BY_SENDER.get(sender)) is not None:
        return Recognized(form, sure=False)
    for name in headers.fields:
        if name in _BY_FIELD:
            begins, contains, rows = _BY_FIELD[name]
            value = headers.get(name).lower()
            if value.startswith(begins) or (contains and [p for p in contains if p in value]):
                return _by_value(name, value, rows)
    return None


def _by_value(name: str, value: str, rows: list[tuple[str, Format]]) -> Recognized:
    """The first row whose mark the value of field `name` has; one of them it has."""
    row = next(
        row
        for wanted, row in rows
        if (wanted[1:] in value if wanted[:1] == "*" else value.startswith(wanted))
    )
    by_title = name == "subject"
    return Recognized(row, row.sure and by_title, by_title)


def _by_lines(notice: Notice) -> Recognized | None:
    """The first line that tells a format surely, or else the first that tells one at all."""
    vague: Recognized | None = None
    folded = notice.folded
    for match in _MARKED.finditer(folded):
        start = match.end()
        if folded.count("\n", 0, start) > _MOST_LINES:
            break
        for wanted, row in _BY_LINE[folded[start : start + HEAD]]:
            if folded.startswith(wanted, start) and (not row.contains or _contains(folded, row)):
                if row.sure:
                    return Recognized(row, sure=True)
                vague = vague or Recognized(row, sure=False)
    return vague


def _contains(folded: str, row: Format) -> bool:
    return any(row.contains in line for line in folded.split("\n", _MOST_LINES)[:_MOST_LINES])


def of_report(text: str) -> Format | None:
    """The format that wrote a delivery status, by the fields that only it writes."""
    match = _REPORT_FIELD.search(f"\n{text.lower()}")
    return _BY_REPORT_FIELD[match[1]] if match else None
