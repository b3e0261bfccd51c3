"""The message that bounced, as far as the report returns it."""

from __future__ import annotations

import re

from bounces.parsing.headers import Headers
from bounces.parsing.mime import Message, Part, split_head

RETURNED_TYPES = frozenset({
    "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers",
    "text/rfc822", "message/rfc822-headers", "message/partial", "message/news",
    "text/rfc822-header", "message/headers",
})  # fmt: skip

# Lines after which an MTA prints what it returns.
_MARK = re.compile(
    r"^[ \t>]*(?:"
    r"-{2,}[- ]*(?:This is a copy of (?:the|your) message|The (?:body|header|full|copy)"
    r"|Below this line is a copy|Original [Mm]essage|Unsent message|Message header|Returned"
    r"|Undelivered|Begin |Bounced|Headers? |Message text|Transcript of message|Forwarded"
    r"|original|Rejected message|Included|Copy of|Start of|Enclosed)[^\n]{0,100}"
    r"|(?:Original message (?:headers|follows|header)|Your (?:original )?message (?:headers|"
    r"was|follows|reads)[^\n]{0,40}|The (?:header|original message)[^\n]{0,60}|"
    r"Unsent message below|Message headers? follow|Received headers?|"
    r"(?:A|The) copy of (?:the|your) (?:original )?message[^\n]{0,60}|"
    r"The (?:text|body) of (?:the|your) (?:original )?message[^\n]{0,40}|"
    r"Headers of the original message[^\n]{0,40}|Below is a copy[^\n]{0,60})[:.]?"
    r"|Received: (?:from|by|\()[^\n]{0,200}|Return-[Pp]ath: ?<[^\n]{0,200}"
    r")[ \t]*$",
    re.M,
)
_RUN = re.compile(
    r"^(?:Received|Return-Path|Message-ID|From|To|Subject|Date|MIME-Version|Content-Type|"
    r"Delivered-To|X-[\w-]+|DKIM-Signature|Sender|Reply-To|Cc):[ \t]",
    re.M | re.I,
)


def returned_part(message: Message) -> Part | None:
    """The part that holds the original message or its headers."""
    for part in message.parts:
        if part.type in RETURNED_TYPES:
            return part
    return None


def headers_of_part(part: Part) -> Headers:
    """The header block of a returned message."""
    text = part.decoded().lstrip("\n")
    return Headers(split_head(text)[0])


def split_text(text: str) -> tuple[str, str]:
    """A report's own words, and what it returns of the original below them."""
    at = len(text)
    for match in _MARK.finditer(text):
        start = match.start()
        follows = text[start : start + 4000]
        if len(_RUN.findall(follows)) >= 2:
            at = start
            break
    return text[:at], text[at:]


def headers_of_text(text: str) -> Headers:
    """The header block within returned text, wherever it begins."""
    match = _RUN.search(text)
    if not match:
        return Headers("")
    return Headers(split_head(text[match.start() :])[0])
