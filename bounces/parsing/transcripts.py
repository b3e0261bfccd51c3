"""SMTP dialogues that reports quote: which command was answered with which reply, about whom.

Sendmail and its kin print `>>> RCPT To:<a@b>` and `<<< 550 ...`, Trend Micro `Sent <<<` and
`Received >>>`, MDaemon `-->` and `<--`. After the dialogue of one host, Sendmail adds a line of its
own about the recipient (`550 5.1.1 <a@b>... User unknown`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from bounces.parsing import addresses
from bounces.parsing.charsets import one_line

_SENT = re.compile(
    r"[ \t]*(?:>>>|Sent[ \t]+(?:<<<|>>>)|(?:[^\n]{0,60}[ \t])?-->|C:|hMailServer sent:)[ \t]*"
    r"(RCPT|MAIL|DATA|EHLO|HELO|STARTTLS|AUTH|QUIT|RSET)\b(.*)",
    re.I,
)
_RECEIVED = re.compile(
    r"[ \t]*(?:<<<|Received[ \t]+(?:>>>|<<<)|(?:[^\n]{0,60}[ \t])?<--|S:|Remote server replied:)"
    r"[ \t]*(.*)",
    re.I,
)
_TALKING = re.compile(
    r"[ \t.]*(?:(?:\.\.\. )?while talking to|connected to)[ \t]+([^\s:]{1,255})", re.I
)
_OWN = re.compile(r"[ \t]*(?:[245]\d\d )?(?:[245]\.\d\.\d{1,3} )?(\S.{0,400}?)\.\.\. (.*)")
_SENT_SIGNS = frozenset({"Sen", "C: ", "C:R", "hMa"})
_RECEIVED_SIGNS = frozenset({"Rec", "S: ", "Rem"})
_CODE = re.compile(r"[45]\d\d\b")
_GREETING = "CONN"
"""What a reply refuses that no command stands before."""
# Replies that only follow from what was refused before.
_AFTERMATH = re.compile(r"503\b|55[04] (?:5\.5\.1 )?(?:Error: )?no valid recipients", re.I)
_GIVING_UP = re.compile(r"could not be delivered for|Warning: message still undelivered", re.I)


@dataclass(slots=True)
class Exchange:
    """A command and its reply, or a line of the reporter's own."""

    command: str = ""
    argument: str = ""
    reply: list[str] = field(default_factory=list)
    host: str = ""
    own: bool = False
    """Whether the reporter says it itself, rather than a host it talked to."""
    text: str = ""
    """The reply on one line."""


def read(lines: list[str]) -> list[Exchange]:
    """The dialogue that `lines` quote, in order; only what failed or says something."""
    found: list[Exchange] = []
    current: Exchange | None = None
    host = ""
    for line in lines[_start(lines) :]:
        text = line.strip()
        if not text:
            continue
        kind = text[:3]
        # Which of the expressions may match is told by what they begin with or contain.
        match = None
        if kind == ">>>" or kind in _SENT_SIGNS or "-->" in text:
            match = _SENT.match(text)
        if match:
            current = Exchange(match[1].upper(), match[2].strip(), host=host)
            found.append(current)
            continue
        if kind == "<<<" or kind in _RECEIVED_SIGNS or "<--" in text:
            match = _RECEIVED.match(text)
        if match:
            if current is None or (current.reply and not _continues(current.reply, match[1])):
                command = current.command if current else ""
                argument = current.argument if current else ""
                current = Exchange(command, argument, host=host)
                found.append(current)
            current.reply.append(match[1].strip())
        elif ("alking to " in text or text[:13] == "Connected to ") and (
            match := _TALKING.match(text)
        ):
            host = match[1].strip(".:").lower()
            current = Exchange(_GREETING, "", host=host)
            found.append(current)
        else:
            current = None
            found.append(Exchange(reply=[text], host=host, own=True))
    found = [exchange for exchange in found if exchange.reply]
    for exchange in found:
        exchange.text = one_line(" ".join(exchange.reply))
        if exchange.command == _GREETING and (exchange.text[:1] != "5" or "@" in exchange.text):
            # A host that only puts off may just be busy; one that knows an address was given it.
            exchange.command = ""
    return found


def _start(lines: list[str]) -> int:
    """Where the dialogue begins: below its announcement, if there is one."""
    for number, line in enumerate(lines):
        if "Transcript of session" in line:
            return number + 1
    return 0


def _continues(reply: list[str], line: str) -> bool:
    """Whether `line` goes on with a reply of several lines (RFC 5321 4.2.1)."""
    last = reply[-1]
    return last[3:4] == "-" and last[:3] == line[:3]


class Outcome(NamedTuple):
    """What the dialogue says of one recipient."""

    reply: str = ""
    own: str = ""
    """The reporter's own line about it."""
    command: str = ""
    host: str = ""


def outcome_for(recipient: str, exchanges: list[Exchange]) -> Outcome:
    """What the dialogue has for `recipient`: the last refusal before the line about it."""
    bare = recipient.lower()
    own, about_all = "", ""
    last: Exchange | None = None
    # The address that mail for the recipient is sent on to: the line about him stands below.
    forwarded: Exchange | None = None
    refusal: Exchange | None = None
    for exchange in exchanges:
        text = exchange.text
        if exchange.own:
            about, told = _about(text)
            if about == bare:
                own, refusal = told if _CODE.match(told) else text, last or forwarded
            elif not about and (_CODE.match(text) or _gives_up(text)):
                about_all = about_all or text
            elif "@" in about:
                last = forwarded = None
            elif about and _CODE.match(text):
                # A program or file that the recipient's alias stands for.
                own = own or text
        elif _CODE.match(text) and not _AFTERMATH.match(text):
            named = addresses.first(exchange.argument).lower() if exchange.argument else ""
            if exchange.command != "RCPT" or not named or named == bare:
                last = exchange
            else:
                forwarded = exchange
    refusal = refusal or last
    if refusal is None:
        # Nobody was talked to: it is one of the reporter's own addresses.
        return Outcome(own=own or about_all, command="RCPT" if own[:2] == "55" else "")
    # With pipelining the reply to RCPT is printed below DATA; the line about the recipient tells.
    command = "RCPT" if own and refusal.command == "DATA" else refusal.command
    return Outcome(refusal.text, own or about_all, command, refusal.host)


def _gives_up(text: str) -> bool:
    return "eliver" in text and _GIVING_UP.search(text) is not None


def _about(text: str) -> tuple[str, str]:
    """Whom a line of the reporter's own is about, lower case, and what it tells of it.

    `550 5.1.1 <a@b>... User unknown` or, from older ones, `554 <a@b>... 550 Host unknown`.
    """
    match = _OWN.match(text) if "... " in text else None
    return (match[1].strip('<>" ').lower(), match[2]) if match else ("", "")


def addresses_in(exchanges: list[Exchange]) -> list[str]:
    """Recipients whose RCPT was refused, or that the reporter names on a line of its own."""
    found: dict[str, None] = {}
    for exchange in exchanges:
        if exchange.own:
            match = _OWN.match(exchange.text)
            address = addresses.first(match[1]) if match else ""
        elif exchange.command == "RCPT" and _CODE.match(exchange.text):
            address = addresses.first(exchange.argument)
        else:
            continue
        if address:
            found[address] = None
    return list(found)
