"""A MIME walker over byte strings: parts by signature, decoded only when read.

Forgiving where bounces are broken: wrong or missing boundaries, types that lie, header blocks
that end without an empty line, any mix of line ends.
"""

from __future__ import annotations

import binascii
import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bounces.parsing.charsets import to_text
from bounces.parsing.headers import (
    MOST_HEADER_CHARS,
    Headers,
    decode_base64,
    parameters,
)

MOST_BYTES = 16 * 1024 * 1024
MOST_PARTS = 100
MOST_DEPTH = 8
# A report's text stands at its beginning; what follows is somebody's attachment.
MOST_TEXT = 256 * 1024
_USUAL_HEAD = 500

_BOM16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ENVELOPE_LINE = re.compile(r"(?:\s*>?From [^\n]*\n)+")
# Between two messages of an mbox: an empty line, an envelope line with its date, a header field.
_ENVELOPE_BETWEEN = re.compile(
    r"\n\nFrom [^\n]{1,300} \d\d:\d\d(?::\d\d)?[^\n]{1,40}\n(?=[!-9;-~]{1,60}:)"
)
# Fields and their continuations. The first line that is neither began the body.
_FIELDS = re.compile(r"(?:(?:[!-9;-~]++[ \t]*+:|[ \t]|>?From ).*+\n)*+")
_PLAIN_BOUNDARY = re.compile(r";[ \t]*boundary=\"([^\"\\]{1,200}[^\"\\ ])\"", re.I)
_BOUNDARY_LINE = re.compile(r"^--([^\s-][^\n]{0,120}|-+[^\n-][^\n]{0,120})\n(?=Content-)", re.M)
_DROPPED = re.compile(r"<(style|script|head)\b[^>]{0,500}>.{0,200000}?</\1>|<!--.{0,50000}?-->",
                      re.I | re.S)  # fmt: skip
_BREAK = re.compile(
    r"<(?:[bh]r|/?(?:p|div|tr|li|h[1-6]|table|pre|[duo]l|d[dt]|blockquote|center|section|article))"
    r"\b[^<>]{0,2000}>",
    re.I,
)
# Not all write the tags that end cells.
_CELL = re.compile(r"</?t[dh]\b[^<>]{0,2000}>", re.I)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,2000}>")
_BLANKS = re.compile(r"[ \t\xa0]+")
_SOFT_BREAK = re.compile(r"=[ \t]*\n")
_QP_CODE = re.compile(r"=[0-9A-Fa-f]{2}")


def byte_string(raw: bytes) -> tuple[str, str]:
    """`raw` as a byte string with `\\n` line ends, and a note on what was cut."""
    note = ""
    if len(raw) > MOST_BYTES:
        raw, note = raw[:MOST_BYTES], f"Only the first {MOST_BYTES >> 20} MiB were read."
    codec = _BOM16.get(raw[:2])
    if codec is None and raw.count(0, 0, 400) > 100:
        codec = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    if codec:
        raw = raw.decode(codec, "replace").lstrip("\ufeff").encode("utf-8", "replace")
    elif raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:]
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n")
        if b"\r" in raw:
            # `\r\r\n` is one line end written twice by a gateway; a lone `\r` is Mac's.
            raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw.decode("latin-1"), note


def split_mbox(text: str, most: int) -> list[str]:
    """The messages of an mbox, at most `most`; `text` alone where it is none (RFC 4155)."""
    if text[:5] != "From " or "\n\nFrom " not in text:
        return [text]
    starts = [0]
    for match in _ENVELOPE_BETWEEN.finditer(text):
        starts.append(match.start() + 2)
        if len(starts) >= most:
            break
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def split_head(text: str) -> tuple[str, str]:
    """The header block and the body of `text`, with or without the empty line between."""
    at = text.find("\n\n")
    if text[:1] == "\n":
        head, body = "", text[1:]
    elif at < 0:
        head, body = text, ""
    else:
        head, body = text[: at + 1], text[at + 2 :]
    if len(head) <= MOST_HEADER_CHARS:
        match = _FIELDS.match(head)
        end = match.end() if match else 0
        if end < len(head) and (head[-1:] == "\n" or not _FIELDS.match(head + "\n", end)):
            return head[:end], text[end:]
    return head, body


class Entity(NamedTuple):
    """What the header of a message or part says of its body (RFC 2045)."""

    content_type: str = ""
    """The whole field."""
    type: str = ""
    """The media type in lower case; empty where none is given."""
    charset: str = ""
    encoding: str = ""
    """`base64` or `quoted-printable`; empty where the body stands as it is."""
    is_attached: bool = False
    """Whether it is a file that comes with the message (RFC 2183 2.2)."""


def _entity(headers: Headers) -> Entity:
    content_type = headers.get("content-type")
    kind = content_type.partition(";")[0].strip().lower()
    if " " in kind:
        # A parameter without the semicolon before it.
        kind = kind.split(" ", 1)[0]
    encoding = headers.get("content-transfer-encoding").lower()
    return Entity(
        content_type,
        kind,
        parameters(content_type).get("charset", "") if "charset" in content_type.lower() else "",
        "base64" if "base64" in encoding else "quoted-printable" if "quoted" in encoding else "",
        headers.get("content-disposition")[:10].lower() == "attachment",
    )


@lru_cache(maxsize=2048)
def _known_entity(head: str) -> Entity | None:
    """What the header of a part says: mail systems write the same ones in all of their reports.

    None where a line of it is no field.
    """
    headers = Headers(head)
    return _entity(headers) if headers.are_sound else None


def _split_part(part: str) -> tuple[Entity, str]:
    """What a part's header says, and its body."""
    end = part.find("\n\n", 0, _USUAL_HEAD)
    if end >= 0 and (entity := _known_entity(part[:end])):
        return entity, part[end + 2 :]
    head, body = split_head(part)
    return _entity(Headers(head)), body


@dataclass(slots=True)
class Part:
    """One leaf of the MIME tree, or a whole message."""

    entity: Entity
    body: str
    """The body as it stands: a byte string, still transfer-encoded."""
    type: str = "text/plain"
    """Media type in lower case; `text/plain` where none is given (RFC 2045 5.2)."""
    _decoded: str | None = field(default=None, repr=False)
    _text: str | None = field(default=None, repr=False)

    def decoded(self) -> str:
        """The body as a byte string with the transfer encoding undone."""
        if self._decoded is None:
            self._decoded = undo_transfer(self.body, self.entity.encoding)
        return self._decoded

    def text(self) -> str:
        """The body as text; HTML becomes lines of text."""
        if self._text is None:
            text = to_text(self.decoded()[:MOST_TEXT], self.entity.charset)
            self._text = html_to_text(text) if self.type == "text/html" else text
        return self._text


def undo_transfer(body: str, encoding: str) -> str:
    """Undo base64 or quoted-printable (RFC 2045 6)."""
    if encoding == "base64":
        body = body[: 2 * MOST_TEXT]
        # Lists and gateways put plain footers after the encoded text.
        return decode_base64(body.partition("\n\n")[0] if "\n\n" in body.strip() else body)
    if encoding and "=" in body:
        body = body[: 3 * MOST_TEXT]
        return binascii.a2b_qp(body.encode("latin-1", "replace")).decode("latin-1")
    return body


def html_to_text(text: str) -> str:
    """HTML as lines of text: what a person would read."""
    text = _DROPPED.sub(" ", text)
    text = _BLANKS.sub(" ", text.replace("\n", " "))
    text = _TAG.sub("", _CELL.sub(" ", _BREAK.sub("\n", text)))
    text = _BLANKS.sub(" ", html.unescape(text))
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


@dataclass(slots=True)
class Message:
    """A message split into its leaves."""

    headers: Headers
    entity: Entity
    body: str
    parts: list[Part]
    note: str = ""


def read(text: str, depth: int = 0) -> Message:
    """Split a byte string into headers and leaf parts, in order."""
    first = text[:1]
    if (first in "F>" or first.isspace()) and (match := _ENVELOPE_LINE.match(text)):
        text = text[match.end() :]
    elif first == "\n":
        text = text.lstrip("\n")
    head, end, body = text.partition("\n\n")
    headers = Headers(head)
    if not end or not headers.are_sound:
        head, body = split_head(text)
        headers = Headers(head)
    message = Message(headers, _entity(headers), body, [])
    _collect(message, message.entity, body, depth, 0)
    return message


def _collect(message: Message, entity: Entity, body: str, depth: int, waiting: int) -> None:
    """Append the leaves of an entity to the parts of `message`; so many of others are `waiting`."""
    kind = entity.type
    if kind.startswith("multipart/") or (not kind and depth == 0 and body[:2] == "--"):
        if depth >= MOST_DEPTH:
            message.note = "Parts nested too deeply were left out."
            return
        pieces = _split(entity.content_type, body)
        if pieces:
            room = MOST_PARTS - len(message.parts) - waiting
            if len(pieces) > room:
                message.note = "Some of the many parts were left out."
                pieces = pieces[: max(room, 0)]
            waiting += len(pieces)
            for piece in pieces:
                waiting -= 1
                inner, content = _split_part(piece)
                _collect(message, inner, content, depth + 1, waiting)
            return
        kind = "text/plain"
    elif "/" not in kind:
        kind = "text/plain"
    message.parts.append(Part(entity, body, kind, None if entity.encoding else body))


def _split(content_type: str, body: str) -> list[str]:
    """The parts of a multipart body; none where no boundary can be found."""
    simple = _PLAIN_BOUNDARY.search(content_type)
    boundary = simple[1] if simple else parameters(content_type).get("boundary", "").rstrip()
    text = "\n" + body
    pieces = text.split("\n--" + boundary, MOST_PARTS + 1) if boundary else []
    if len(pieces) < 2:
        match = _BOUNDARY_LINE.search(body[:MOST_TEXT])
        if not match:
            return []
        boundary = match[1].rstrip()
        pieces = text.split("\n--" + boundary, MOST_PARTS + 1)
    found: list[str] = []
    for piece in pieces[1:]:
        if piece[:1] == "\n":
            found.append(piece[1:])
            continue
        if piece[:2] == "--" and not piece[2:60].partition("\n")[0].strip():
            break
        line, _, rest = piece[:200].partition("\n")
        if line.strip() and found:
            # The boundary of an inner multipart that begins with the outer one's.
            found[-1] += "\n--" + boundary + piece
        elif rest or "\n" in piece:
            found.append(piece[len(line) + 1 :])
    return found
