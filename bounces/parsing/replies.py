"""Reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463) in reply texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# RFC 3463 2: class 2, 4 or 5; subjects 0 to 7; details as providers use them. Not an IP address,
# not a version number. It begins at the dot behind the class, of which texts have few: the search
# skips to it.
_STATUS = re.compile(r"\.(?<=[245]\.)(?<![\w.\[=/-][245]\.)[0-7]\.\d{1,3}(?![\w]|\.\d)")
# A number that may be a reply code, with a status behind it or not.
_CANDIDATE = re.compile(
    r"([245](?<![\w.][245])[0-57]\d)"
    r"(?:(?:[ \t-]+|: ?)[(#\['\"<]{0,2}([245]\.[0-7]\.\d{1,3})(?![\w]|\.\d)"
    r"|(?=[ \t\"')]|-[0-9A-Za-z<\[(]|[,:;.\]]?(?:\s|$))|(-['\"]))"
)
# What stands before a code that is no accident: nothing, a sign, or a word that announces it.
_BEFORE = re.compile(
    r"(?:^|\n|<<<|--|,(?=[ \t])|[:;(\[>\"'：（]|[.!?](?=[ \t])|(?:said|says|response|reply|"
    r"(?:re(?:sponded|plied|turned)|answered|failed|refused) with|replied|returned|error|"
    r"status|code|answer(?:ed)?|got|was|smtp|message|state|data|to|because))"
    r"[ \t]*[:=#]?[ \t]*[\"'(]?[ \t]*$",
    re.I,
)


class Codes(NamedTuple):
    """What a reply text carries; empty strings where it carries none."""

    smtp: str = ""
    status: str = ""
    adjacent: bool = False
    """Whether both stand side by side, so that the status is the replying host's own."""


_NO_CODES = Codes()


def codes_in(text: str) -> Codes:
    """The reply code and the enhanced status code of a reply text.

    `550 5.1.1 ...` and `550-5.1.1 ...` side by side are surest; then a code where replies
    begin; then a status alone. Of several the first counts.
    """
    found = _coded(text)
    if found.adjacent:
        return found
    status = _STATUS.search(text)
    if status is None:
        return found
    return Codes(found.smtp, text[status.start() - 1 : status.end()])


def reply_code_in(text: str) -> str:
    """The reply code alone."""
    return _coded(text).smtp


@lru_cache(maxsize=4)
def _coded(text: str) -> Codes:
    """The reply code, with the status that stands at its side.

    The same text is asked for its code and then for both.
    """
    code = ""
    for match in _CANDIDATE.finditer(text):
        number, status, quoted = match.groups()
        # At the beginning it is a reply even where the classes differ, as in `554 4.4.7 ...`.
        if status and (number[0] == status[0] or (match.start() == 0 and number[0] != "2")):
            return tuple.__new__(Codes, (number, status, True))
        if not code and (quoted or _announced(text, match.start(), number)):
            code = number
    return Codes(code) if code else _NO_CODES


def _announced(text: str, at: int, code: str) -> bool:
    """Whether a number stands where replies do; a 2xx, of which texts are full, only at once."""
    if code[0] == "2":
        return at == 0
    # The usual places are told without the expression.
    if at == 0 or text[at - 2 : at] == ": ":
        return True
    return _BEFORE.search(text[max(at - 24, 0) : at]) is not None


def is_generic(status: str) -> bool:
    """Whether a status tells no more than its class (`5.0.0`), or nothing."""
    return not status or status.endswith(".0.0")


def choose_status(field: str, codes: Codes) -> str:
    """Of the report's Status field and the status in its reply text, the one that counts.

    The field is the reporter's, often its own translation; the host that refused knows best. So
    the field yields to a status beside a reply code, and a generic one to any.
    """
    if not field or not codes.status:
        return field or codes.status
    if not is_generic(codes.status) and (codes.adjacent or is_generic(field)):
        return codes.status
    return field
