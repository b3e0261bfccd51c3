"""Bytes to text, whatever the label says and whether or not it is there.

The engine keeps a message as a *byte string*: a `str` in which every character is one byte
(Latin-1). That costs one copy, and every regular expression works on it. Only what is shown or
read as language is decoded further, here, and only if it is not ASCII already.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Labels that mail uses for more than they say: the superset on the right reads both
# (WHATWG Encoding Standard, section 4.2, "Names and labels").
_SUPERSETS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf8": "utf-8",
    "unknown-8bit": "",
    "x-unknown": "",
    "unknown": "",
    "8bit": "",
    "binary": "",
}
# Codecs of Python that are no character sets, or that may grow their input without bound.
_REFUSED = frozenset({"idna", "punycode", "mbcs", "oem", "undefined", "unicode_escape",
                      "raw_unicode_escape", "unicode-escape", "raw-unicode-escape"})  # fmt: skip
_USUAL = frozenset({"us-ascii", "utf-8", "iso-8859-1"})
_ESCAPES = re.compile(r"\x1b[$(]")


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """The Python codec for a charset label of a message, or "" where there is none."""
    name = label.strip(" \t\"'").lower()
    name = _SUPERSETS.get(name, name)
    if not name or name in _REFUSED:
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return info.name if info._is_text_encoding and info.name not in _REFUSED else ""


def to_byte_string(text: str) -> str:
    """Text that was decoded already as a byte string again, to be read as a message."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("latin-1")


def fold(text: str) -> str:
    """`text` in lower case, each character in its place: the few that would grow stay."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join([lower if len(lower := char.lower()) == 1 else char for char in text])


def one_line(text: str) -> str:
    """`text` without line ends and with single blanks."""
    # Nearly all texts are so already. Of all whitespace only the blank is printable.
    if "  " not in text and text.isprintable():
        return text.strip()
    return " ".join(text.split())


def to_text(byte_string: str, charset: str = "") -> str:
    """Decode a byte string by its label, or by a guess; never raises.

    A wrong label is noticed where the bytes cannot be what it says; then they are read as UTF-8,
    and if that fails as Windows-1252, which reads anything.
    """
    if byte_string.isascii():
        if "\x1b" in byte_string and _ESCAPES.search(byte_string):
            codec = codec_of(charset)
            codec = codec if codec.startswith(("iso2022", "iso-2022")) else "iso2022_jp_ext"
            return byte_string.encode("latin-1").decode(codec, "replace")
        # Most charsets write ASCII as it is.
        codec = codec_of(charset) if charset and charset.lower() not in _USUAL else ""
        if codec.startswith(("utf-7", "utf-16", "utf-32", "hz")):
            return byte_string.encode("latin-1").decode(codec, "replace")
        return byte_string
    raw = byte_string.encode("latin-1", "replace")
    codec = codec_of(charset) if charset else ""
    if codec and codec != "cp1252":
        try:
            return raw.decode(codec)
        except (UnicodeDecodeError, ValueError):
            if codec != "utf-8":
                text = raw.decode(codec, "replace")
                # A few broken bytes are damage; many mean that the label is wrong.
                if text.count("\ufffd") * 20 <= len(text):
                    return text
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if codec == "utf-8":
            text = raw.decode("utf-8", "replace")
            if text.count("\ufffd") * 20 <= len(text):
                return text
        return raw.decode("cp1252", "replace")
