"""What stands around a reply: the reporter's own words, and the sentence that holds a phrase."""

from __future__ import annotations

import re

_EXCERPT = 300
"""How long the quoted evidence may be."""
_SENTENCE_ENDS = ("\n", ". ", "; ")
_REPORTERS_OWN = re.compile(
    r" (?:recipient address rejected|recipients was rejected by a remote mail server|"
    r"unknown address error|delivery attempts|giving up on|"
    r"message but it was rejected by the (?:server for the )?recipient domain|"
    r"smtp error from remote (?:mail )?server(?: after (?:initial connection|end of data|"
    r"(?:pipelined )?(?:mail from|rcpt to|data|ehlo|helo|starttls)))?|"
    r"in reply to (?:[a-z]+ ){1,5}command|did not like our [a-z]+(?: to| from)?)(?= )"
)
"""What reporters write around the reply; their "server" and "error" mean nothing."""
_REPLY_FOLLOWS = (" the error that the other server returned was ", " remote host said ",
                  " remote server said ")  # fmt: skip
"""After these only the reply counts."""


def reply_in(words: str) -> str:
    """Return what the refusing host said, without what the reporter writes around it."""
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
