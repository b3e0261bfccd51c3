"""The message that somebody forwards within a text, as mail programs of many languages do."""

from __future__ import annotations

import re

_ANNOUNCED = re.compile(
    r"forwarded (?:message|mail)|original ?message|weitergeleitete nachricht|"
    r"message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|"
    r"doorgestuurd bericht|転送メッセージ|转发的邮件|ursprüngliche nachricht|message d'origine|"
    r"mensaje original|mensagem original|messaggio originale",
    re.I,
)
# How they name its fields.
_FIELDS = re.compile(
    r"^(?:(von|de|da|van|från|fra|od|от|差出人|发件人|寄件者|보낸 사람)|"
    r"(betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|件名|主题|主旨|제목)|"
    r"(an|à|para|a|aan|till|til|do|кому|宛先|收件人|收件者|받는 사람))[ \t]*[:：][ \t]*",
    re.I | re.M,
)
_QUOTE = re.compile(r"^> ?", re.M)


def message_in(returned: str, from_a_daemon: bool) -> str:
    """The message below a line that announces it, without `>` before its lines; else "".

    Some lists return what they do not take as it stands, without a word before it: what comes
    `from_a_daemon` needs none.
    """
    announcement, _, message = returned.partition("\n")
    if not _ANNOUNCED.search(announcement):
        if not from_a_daemon:
            return ""
        message = returned
    head, blank, body = _QUOTE.sub("", message).strip("\n").partition("\n\n")
    return _FIELDS.sub(_english, head) + blank + body


def _english(field: re.Match[str]) -> str:
    return f"{('From', 'Subject', 'To')[(field.lastindex or 1) - 1]}: "
