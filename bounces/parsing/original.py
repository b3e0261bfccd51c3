"""The message that bounced, as far as the report returns it."""

from __future__ import annotations

import re

from bounces.parsing.beginnings import HEAD, lines_with
from bounces.parsing.charsets import to_byte_string
from bounces.parsing.headers import HeaderBlock
from bounces.parsing.mime import Part

RETURNED_TYPES = frozenset({
    "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers",
    "text/rfc822", "message/rfc822-headers", "message/partial", "message/news",
    "text/rfc822-header", "message/headers",
})  # fmt: skip

# How a line begins below which a report prints what it returns.
_ANNOUNCEMENTS = (
    "below this line is a copy", "below is a copy of", "enclosed is a copy", "included is a copy",
    "this is a copy of", "a copy of the message", "a copy of your", "a copy of the original",
    "the following is a copy", "copy of the original", "original message", "original mail",
    "original-message", "the original message follows", "the original message is",
    "the header of the original", "the headers of the original", "the body of the",
    "the text of the original", "headers of the original", "header of the original",
    "message header", "message text follows", "message text:", "unsent message",
    "returned message", "returned mail follows", "rejected message", "undelivered message",
    "undeliverable message follows", "start of original", "start of returned", "begin message",
    "begin original", "begin forwarded",
    "anfang der weitergeleiteten", "weitergeleitete nachricht", "message transféré",
    "mensaje reenviado", "mensagem encaminhada", "messaggio inoltrato", "doorgestuurd bericht",
    "転送メッセージ", "转发的邮件", "forwarded message", "received header",
    "here is your message", "here is a copy", "your original message", "your message follows",
    "your message reads", "the full message", "full copy", "mail header", "bounced message",
    "failed message", "included message", "attached message", "message body",
    "сообщение, которое", "元のメッセージ", "原邮件", "原始邮件", "ursprüngliche nachricht",
    "message d'origine", "mensaje original", "mensagem original", "messaggio originale",
)  # fmt: skip
_BY_HEAD: dict[str, list[str]] = {}
for _line in _ANNOUNCEMENTS:
    _BY_HEAD.setdefault(_line[:HEAD], []).append(_line)
# Office 365 lists below this what the report is about, and goes on.
_NO_RETURN = "original message details"
# An announcement is a line of its own: no sentence goes on behind it.
_REST = re.compile(r"[\w ,'’()]{0,70}[.:：]?[ \t]*[-=*|_~#+\])> \t]*")
# Where words are a letter or two, "original mail" also begins lines of the report's own.
_BRIEF = tuple([announcement for announcement in _ANNOUNCEMENTS if len(announcement) < HEAD])
_REST_OF_BRIEF = re.compile(r"(?:如下)?[.:：]?[ \t]*[-=*|_~#+\])> \t]*")
_MOST_TO_FIELD = 120
_FIELD = re.compile(r"[ \t]{0,8}([A-Za-z][\w-]{1,40}):(?:[ \t<]|$)", re.M)
_KNOWN = frozenset({
    "received", "return-path", "message-id", "from", "to", "subject", "date", "mime-version",
    "content-type", "delivered-to", "dkim-signature", "sender", "reply-to", "cc", "x-mailer",
    "content-transfer-encoding", "x-original-to", "x-received", "envelope-to", "errors-to",
    "list-unsubscribe", "arc-seal", "x-yahoo-newman-property", "x-yahoo-newman-id",
    "x-apparently-from",
})  # fmt: skip
# What begins a header block by itself, without an announcement.
_OPENERS = frozenset({"received", "return-path", "message-id", "delivered-to", "x-received",
                      "dkim-signature", "date", "from", "mime-version", "envelope-to"})  # fmt: skip
_OPENER = 5
_OPENER_HEADS = frozenset(f"{name}:"[:_OPENER] for name in _OPENERS)
_RUN = 3
_BLOCK = 12_000
_SIGNS = lines_with([*_BY_HEAD, *_OPENER_HEADS])
EMPTY = HeaderBlock("")
_MOST_BEFORE = 200
_MOST_LINES = 300


def headers_of_part(part: Part) -> HeaderBlock:
    """The header block of a returned message."""
    return _block_of(part.decoded().lstrip("\n"))


def _block_of(text: str) -> HeaderBlock:
    end = text.find("\n\n")
    return HeaderBlock(text[:end] if end >= 0 else text)


def end_of_report(text: str, folded: str) -> int:
    """Where the message begins that a text returns below the report's own words; else its length.

    `folded` is the text in lower case, behind a line end.
    """
    for match in _SIGNS.finditer(folded):
        # Its line end stands where the line does in `text`.
        start, words = match.span()
        head = folded[words : words + HEAD]
        if "\n" in head:
            head = head.partition("\n")[0]
        if (
            _announces(folded, words, _BY_HEAD[head])
            if head in _BY_HEAD
            else head.startswith(_BRIEF) and _announces_briefly(folded, words)
        ) or (head[:_OPENER] in _OPENER_HEADS and _begins_block(text[start : start + _BLOCK])):
            return start
    return len(text)


def _announces(folded: str, start: int, announcements: list[str]) -> bool:
    """Whether the line whose words begin at `start` is one of `announcements`."""
    for announcement in announcements:
        if folded.startswith(announcement, start):
            end = folded.find("\n", start)
            end = len(folded) if end < 0 else end
            if _REST.fullmatch(folded, start + len(announcement), end):
                return not folded.startswith(_NO_RETURN, start)
    return False


def _announces_briefly(folded: str, start: int) -> bool:
    """Whether the line at `start` is a brief announcement, and the message follows it at once."""
    end = folded.find("\n", start)
    brief = next(brief for brief in _BRIEF if folded.startswith(brief, start))
    if end < 0 or not _REST_OF_BRIEF.fullmatch(folded, start + len(brief), end):
        return False
    field = _FIELD.search(folded, end, end + _MOST_TO_FIELD)
    return field is not None and field[1] in _KNOWN


def _begins_block(text: str) -> bool:
    """Whether known header fields follow one another in `text`, the first one an opener."""
    lines = text.split("\n", 12)[:12]
    # Header fields that the report quotes for information are set in.
    opener = _FIELD.match(lines[0]) if text[:1] not in (" ", "\t") else None
    if opener is None or opener[1].lower() not in _OPENERS:
        return False
    known: set[str] = set()
    for line in lines:
        match = _FIELD.match(line)
        if match:
            if match[1].lower() not in _KNOWN:
                return len(known) >= _RUN
            known.add(match[1].lower())
        elif line[:1] not in (" ", "\t"):
            break
    return len(known) >= _RUN


def headers_of_text(text: str) -> HeaderBlock:
    """The header block within returned text, wherever it begins, set in or not."""
    start = 0
    for _ in range(_MOST_BEFORE):
        match = _FIELD.match(text, start)
        if match and match[1].lower() in _KNOWN:
            indent = match.start(1) - start
            if not indent:
                end = text.find("\n\n", start)
                return HeaderBlock(to_byte_string(text[start:end] if end >= 0 else text[start:]))
            block = text[start:].split("\n", _MOST_LINES)[:_MOST_LINES]
            block = [row[indent:] if not row[:indent].strip() else row for row in block]
            return _block_of(to_byte_string("\n".join(block)))
        start = text.find("\n", start) + 1
        if not start:
            break
    return EMPTY
