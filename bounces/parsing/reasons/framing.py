"""What stands around a reply: the reporter's own words, and the sentence that holds a phrase."""

from __future__ import annotations

import re

_IN_NUMBERS = frozenset("0123456789.")
_EXCERPT = 300
"""How long the quoted evidence may be."""
_SENTENCE_ENDS = ("\n", ". ", "; ")
_REPORTERS_OWN = re.compile(
    r" (?:recipient address rejected|recipients was rejected by a remote mail server|"
    r"unknown address error|permanent failure for one or more recipients|"
    r"delivery attempts|giving up on|"
    r"message but it was rejected by the (?:server for the )?recipient domain|"
    r"smtp error from remote (?:mail )?server(?: after (?:initial connection|end of data|"
    r"(?:pipelined )?(?:mail from|rcpt to|data|ehlo|helo|starttls)))?|"
    r"in reply to (?:[a-z]+ ){1,5}command)(?= )| (?:rcpt to|mail from)(?= $)"
)
"""What reporters write around the reply; their "server" and "error" mean nothing."""
_HOST = re.compile(r"host ([^\s\[\]]{1,255})\s?\[[^\]\s]{0,45}\](?::\d{1,5})?")
"""The host that replied, as Postfix and Exim name it: "host mx.example.com[192.0.2.1]"."""
_FRAME = re.compile(
    r"^ said(?= )| refused to talk to me(?= )|"
    r" smtp error from remote (?:mail server|mailer|server)(?: (?:after|for) (?:initial connection|"
    r"end of data|transfer of mail text|(?:pipelined )?(?:sending data block|mail(?: from)?|"
    r"rcpt(?: to)?|data|text|greeting|ehlo|helo|starttls|quit)(?: command)?))?(?= )|"
    r" invalid address error code(?= )|"
    r"(?: ip)? did not like our (?:connect|ehlo|helo|mail from|rcpt to|(?:final )?data)(?= )"
)
"""How Postfix, Exim, dma and others introduce a reply, where the host's name is gone."""
_FRAME_SIGNS = (" said ", " remote ", " refused ", " like our ", " code ")
"""One of these words stands in every such introduction."""
_QUOTED = "<<<"
"""What stands before a reply in an SMTP dialogue."""
_QMAIL = " remote host said "
_FAREWELL = " giving up on "
"""How qmail ends, before the address of the host."""
_REPLY_FOLLOWS = (" the error that the other server returned was ", " remote server said ",
                  " remote server replied ")  # fmt: skip
"""After these only the reply counts."""


def without_dialogue(text: str) -> str:
    """Return `text` without the dialogue before the reply that it quotes."""
    at = text.find(_QUOTED)
    return text[at + len(_QUOTED) :] if at >= 0 else text


def behind_code(text: str, code: str) -> str:
    """Return what follows reply code `code` in `text`; "" where nothing precedes it."""
    at = text.find(code) if code else -1
    if at < 1 or text[at - 1] in _IN_NUMBERS or text[at + 3 : at + 4] in _IN_NUMBERS:
        return ""
    return text[at + 3 :]


def split_host(text: str) -> tuple[str, str]:
    """Return `text` without the names of hosts that replied, and the first of them, or ""."""
    at = text.find("host ")
    match = _HOST.search(text, at) if at >= 0 else None
    return (_HOST.sub("", text), match[1]) if match else (text, "")


def without_farewell(words: str) -> str:
    """Return `words` without what qmail says behind every reply."""
    if words.endswith(_FAREWELL) and _QMAIL in words:
        return words[: 1 - len(_FAREWELL)]
    return words


def without_frame(words: str) -> str:
    """Return `words` without what Postfix, Exim, dma or qmail write around a reply."""
    if _QMAIL in words:
        return f" {words.rpartition(_QMAIL)[2]}"
    for sign in _FRAME_SIGNS:
        if sign in words:
            return _FRAME.sub("", words)
    return words


def reply_in(words: str) -> str:
    """Return what the refusing host said, without what the reporter writes around it."""
    words = without_frame(words)
    for marker in _REPLY_FOLLOWS:
        _, found, reply = words.rpartition(marker)
        if found:
            words = f" {reply}"
            break
    return _REPORTERS_OWN.sub("", words)


def sentence_with(phrase: str, text: str) -> str:
    """Return the line or sentence of `text` that holds `phrase`, or else its first word."""
    text = text.strip()
    if len(text) <= _EXCERPT and "\n" not in text:
        return text
    phrase, lower = phrase.strip(), text.lower()
    at = lower.find(phrase)
    if at < 0:
        at = max(0, lower.find(phrase.partition(" ")[0]))
    begin = max(text.rfind(end, 0, at) for end in _SENTENCE_ENDS) + 1
    ends = [stop for end in _SENTENCE_ENDS if (stop := text.find(end, at)) >= 0]
    sentence = text[max(begin, at - _EXCERPT // 2) : min(ends, default=len(text)) + 1]
    return sentence.strip()[:_EXCERPT]
