"""Header blocks of RFC 5322: fields, unfolding, encoded words, parameters."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from bounces.parsing.charsets import to_text

# More of a header block than this says nothing about a bounce.
MOST_HEADER_CHARS = 128 * 1024
MOST_FIELDS = 2000
_COLON = re.compile(r"[ \t]++:")

# A field with its continuation lines; the name is empty where a line is no field.
_FIELD = re.compile(r"\n(?:([!-9;-~]++)[ \t]*+:[ \t]*+|)(.*+(?:\n[ \t].*+)*+)")
# RFC 2047 2; the encoded text may hold spaces in broken software's Q encoding.
_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,30})?\?([bBqQ])\?([^?\n]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\n]+(?==\?)")
_Q_CODE = re.compile(r"=([0-9A-Fa-f]{2})")
_PARAMETER = re.compile(
    r";[ \t\n]*([!-:<-~]{1,60}?)[ \t]*=[ \t\n]*"
    r"(\"(?:[^\"\\]|\\.){0,1000}\"?|[^;\"\s][^;\n]{0,1000})",
    re.S,
)


class Headers:
    """The fields of one header block, by lower-case name, in order."""

    __slots__ = ("_more", "are_sound", "fields")

    def __init__(self, block: str) -> None:
        fields: dict[str, str] = {}
        more: dict[str, list[str]] = {}
        found = _FIELD.findall("\n" + block[:MOST_HEADER_CHARS]) if block else []
        for name, value in found[:MOST_FIELDS]:
            if (name := name.lower()) not in fields:
                fields[name] = value
            else:
                more.setdefault(name, []).append(value)
        self.are_sound = (
            fields.pop("", None) is None
            and len(found) <= MOST_FIELDS
            and len(block) <= MOST_HEADER_CHARS
        )
        """Whether each line of the block belongs to a field."""
        self.fields = fields
        """The first value of each, as it stands."""
        self._more = more

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def repeats(self, name: str) -> bool:
        """Whether field `name` (lower case) stands more than once."""
        return name in self._more

    def get(self, name: str) -> str:
        """The first value of field `name` (lower case), unfolded, undecoded; "" if absent."""
        value = self.fields.get(name)
        if value is None:
            return ""
        return unfold(value) if "\n" in value else value.strip()

    def all(self, name: str) -> list[str]:
        """Every value of field `name` (lower case), unfolded, undecoded."""
        if name not in self.fields:
            return []
        if name not in self._more:
            return [self.get(name)]
        return [unfold(value) for value in (self.fields[name], *self._more[name])]

    def text(self, name: str) -> str:
        """The first value of field `name` as a person reads it."""
        return decode_words(self.get(name))


def ordered_fields(block: str) -> list[tuple[str, str]]:
    """The fields of a header block, top first: names in lower case, values unfolded."""
    found = _FIELD.findall("\n" + block[:MOST_HEADER_CHARS])[:MOST_FIELDS]
    return [(name.lower(), unfold(value)) for name, value in found if name]


class HeaderBlock:
    """The header block of a part or of a returned message: of its many fields few are asked for.

    So it is searched for their names, rather than indexed.
    """

    __slots__ = ("_block", "_folded")

    def __init__(self, block: str) -> None:
        self._block = block = f"\n{block[:MOST_HEADER_CHARS]}\n\n"
        self._folded = block.lower()

    def get(self, name: str) -> str:
        """As `Headers.get`."""
        folded = self._folded
        line = f"\n{name}"
        start = folded.find(line)
        while start >= 0:
            start += len(line)
            if folded[start] != ":":
                # Between the name and the colon there may be blanks (RFC 5322 4.5.3).
                match = _COLON.match(folded, start)
                if match is None:
                    start = folded.find(line, start)
                    continue
                start = match.end() - 1
            end = folded.find("\n", start)
            if folded[end + 1] not in " \t":
                return self._block[start + 1 : end].strip()
            while folded[end + 1] in " \t":
                end = folded.find("\n", end + 1)
            return unfold(self._block[start + 1 : end])
        return ""

    def text(self, name: str) -> str:
        """As `Headers.text`."""
        return decode_words(self.get(name))


def unfold(value: str) -> str:
    """A field's value on one line (RFC 5322 2.2.3)."""
    if "\n" in value:
        return " ".join(map(str.strip, value.split("\n"))).strip()
    return value.strip()


def decode_words(value: str) -> str:
    """Encoded words (RFC 2047) and raw 8-bit text made readable; never raises."""
    if "=?" not in value:
        return value if value.isascii() and "\x1b" not in value else to_text(value)
    value = _BETWEEN_WORDS.sub(r"\1", value)
    out: list[str] = []
    end = 0
    pending, charset = "", ""
    for match in _WORD.finditer(value):
        start = match.start()
        decoded = _decode_word(match[2], match[3])
        label = match[1].lower()
        if pending and (start > end or label != charset):
            out.append(to_text(pending, charset))
            pending = ""
        if start > end:
            out.append(to_text(value[end:start]))
        # Characters may be split over adjacent words, against the RFC: join bytes first.
        pending, charset = pending + decoded, label
        end = match.end()
    out.append(to_text(pending, charset) if pending else "")
    out.append(to_text(value[end:]))
    return "".join(out)


def _decode_word(encoding: str, text: str) -> str:
    if encoding in "bB":
        return decode_base64(text)
    return _Q_CODE.sub(lambda m: chr(int(m[1], 16)), text.replace("_", " "))


def decode_base64(text: str) -> str:
    """Base64 to a byte string, taking what can be read; never raises."""
    raw = text.encode("latin-1", "replace")
    try:
        return binascii.a2b_base64(raw).decode("latin-1")
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        return base64.b64decode(kept + b"=" * (-len(kept) % 4)).decode("latin-1")


def parameters(value: str) -> dict[str, str]:
    """The parameters of a Content-Type or like field (RFC 2045 5.1, RFC 2231), decoded."""
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for name, raw in _PARAMETER.findall(value[:8000]):
        name = name.lower()
        text = raw[1:].removesuffix('"') if raw[:1] == '"' else raw.strip()
        if "\\" in text and raw[:1] == '"':
            text = re.sub(r"\\(.)", r"\1", text)
        if "*" not in name:
            found.setdefault(name, text)
            continue
        base, *rest = name.split("*")
        number = int(rest[0]) if rest[0].isdigit() and len(rest[0]) < 4 else 0
        pieces.setdefault(base, []).append((number, text, name.endswith("*")))
    for base, parts in pieces.items():
        parts.sort(key=lambda part: part[0])
        charset, joined = "", ""
        for at, (_, text, encoded) in enumerate(parts):
            if encoded:
                if at == 0 and text.count("'") >= 2:
                    charset, _, text = text.split("'", 2)
                text = unquote_to_bytes(text.encode("latin-1", "replace")).decode("latin-1")
            joined += text
        found.setdefault(base, to_text(joined, charset))
    return found
