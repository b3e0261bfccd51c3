"""Which SMTP command was refused, where only the reporter's sentence tells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bounces.parsing.reasons.phrases import PhraseIndex

_PHRASES: tuple[tuple[str, str], ...] = (
    # Postfix
    ("CONN", "refused to talk to me"),
    ("CONN", "in reply to initial server greeting"),
    ("EHLO", "in reply to ehlo command"),
    ("HELO", "in reply to helo command"),
    ("STARTTLS", "in reply to starttls command"),
    ("AUTH", "in reply to auth"),
    ("MAIL", "in reply to mail from command"),
    ("RCPT", "in reply to rcpt to command"),
    ("DATA", "in reply to data command"),
    ("DATA", "in reply to end of data command"),
    # Exim
    ("CONN", "after initial connection"),
    ("EHLO", "after ehlo"),
    ("HELO", "after helo"),
    ("STARTTLS", "after starttls"),
    ("MAIL", "after mail from"),
    ("MAIL", "after pipelined mail from"),
    ("RCPT", "after rcpt to"),
    ("RCPT", "after pipelined rcpt to"),
    ("DATA", "after end of data"),
    ("DATA", "after pipelined data"),
    ("DATA", "after data"),
    # GMX, 1&1
    ("MAIL", "after mail command"),
    ("RCPT", "after rcpt command"),
    ("RCPT", "for rcpt command"),
    ("MAIL", "for mail command"),
    ("DATA", "for text command"),
    ("DATA", "for data command"),
    ("DATA", "after text command"),
    # DragonFly Mail Agent
    ("CONN", "did not like our connect"),
    ("EHLO", "did not like our ehlo"),
    ("MAIL", "did not like our mail from"),
    ("RCPT", "did not like our rcpt to"),
    ("DATA", "did not like our data"),
    ("DATA", "did not like our final data"),
    # qmail
    ("RCPT", "does not like recipient"),
    ("MAIL", "but sender was rejected"),
    ("DATA", "failed on data command"),
    ("DATA", "failed after i sent the message"),
    ("CONN", "but greeting failed"),
    ("HELO", "but my name was rejected"),
    # Sendmail, Courier: the transcript
    ("RCPT", "rcpt to"),
    ("EHLO", "ehlo"),
    ("HELO", "helo"),
    # Sun / Oracle Messaging Server
    ("RCPT", "remote smtp server has rejected address"),
    ("MAIL", "server rejected mail from address"),
    ("DATA", "smtp transmission failure has occurred"),
    # Haraka
    ("RCPT", "some recipients failed"),
    # Others
    ("RCPT", "smtp rcpt host"),
)

_INDEX = PhraseIndex(_PHRASES)


_PROGRAM_WITHIN = 24
"""Before which character of a reply a program's name stands, as Sendmail quotes it: `"|/bin/f"`."""
_PROGRAM = re.compile(r"/[\w./-]{2,80}: ", re.A)
"""How the output of a local program begins, which names itself."""
_STATE = re.compile(r"\(state (\d{1,2})\)")


@dataclass(frozen=True, slots=True)
class State:
    """Where Gmail's SMTP client was when it was refused, which its older reports number."""

    number: str
    command: str
    reason: str
    """What a refusal there means where neither its text nor its code says more."""


_STATES: dict[str, State] = {
    state.number: state
    for state in (
        State("13", "", "rejected"),
        State("14", "RCPT", "userunknown"),
        State("15", "DATA", "filtered"),
        State("16", "DATA", "filtered"),
        State("17", "DATA", "filtered"),
        State("18", "DATA", "filtered"),
    )
}


def state_in(text: str) -> State | None:
    """Return the state that a report of Gmail's gives, as `(state 14)`."""
    if "(state " not in text:
        return None
    match = _STATE.search(text)
    return _STATES.get(match[1]) if match else None


def command_marked_in(text: str) -> str | None:
    """Return the SMTP command that a reporter marks by a type or a number, or None."""
    if text[:7].lower() == "x-unix;":
        return "PIPE"
    if '"|' in text[:_PROGRAM_WITHIN] or (text[:1] == "/" and _PROGRAM.match(text)):
        return "PIPE"
    state = state_in(text)
    return state.command if state else None


def command_said_in(word_set: frozenset[str], words: str) -> str:
    """Return the SMTP command that a reporter's sentence names as refused, or empty.

    `word_set` and `words` are as `PhraseIndex.find` takes them.
    """
    phrase = _INDEX.find(word_set, words)
    return phrase.reason if phrase else ""
