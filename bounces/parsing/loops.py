"""Telling loops apart: machines that answer machines. Pure.

A bounce address gets automatic replies, challenges ("prove that you are a person") and bounces of
bounces. None of them says that a person cannot be reached, and none is ever answered.
"""

from __future__ import annotations

import re
from typing import Literal

from bounces.parsing.types import ParsedMessage

Loop = Literal["autoreply", "challenge", "double-bounce", ""]

# A challenge says so at its beginning.
_LOOKED_AT = 16 * 1024
# TMDA, BoxTrapper (cPanel), Spam Arrest and others, each by what they write into every challenge.
_CHALLENGE_HEADER = re.compile(
    rb"^(?:X-Delivery-Agent:\s*TMDA|X-Boxtrapper|X-Challenge|X-Spamarrest)", re.I | re.M
)
_CHALLENGE_SUBJECT = re.compile(
    r"(?:please |must |requires? |needs? )(?:confirm|verif)|verify#|confirm(?:ation)? required|"
    r"(?:message|e-?mail) (?:is |was )?(?:being )?(?:held|quarantined) (?:for|until|pending) "
    r"(?:confirm|verif|your)|challenge[- ]response|\[(?:sender )?verification\]",
    re.I,
)
_CHALLENGE_TEXT = re.compile(
    rb"(?:to|please) (?:confirm|verify|prove) (?:that )?(?:you(?:'re| are)? (?:a |an )?"
    rb"(?:real |human|person|sent|the sender)|your (?:message|e-?mail|identity))|"
    rb"(?:reply to this message|click (?:on )?(?:the |this )?(?:following )?link)[^.]{0,80}"
    rb"(?:deliver|release|confirm|verify)",
    re.I,
)
_REPORTERS = frozenset({"mailer-daemon", "postmaster", "double-bounce", "maildaemon"})
_REPORT_SUBJECT = re.compile(
    r"^(?:undelivered mail returned to sender|undeliverable(?: mail)?:|mail delivery (?:failed|"
    r"system)|delivery status notification|returned mail|failure notice|"
    r"(?:delayed mail|warning: message).{0,40}(?:delayed|still being retried))",
    re.I,
)


def loop_of(parsed: ParsedMessage, raw: bytes) -> Loop:
    """What kind of loop a message is a turn of; empty where of none."""
    if parsed.kind in ("bounce", "delayed") and _is_about_a_report(parsed):
        return "double-bounce"
    if parsed.kind in ("autoreply", "other") and _is_challenge(parsed, raw[:_LOOKED_AT]):
        return "challenge"
    return "autoreply" if parsed.kind == "autoreply" else ""


def _is_about_a_report(parsed: ParsedMessage) -> bool:
    """Whether what came back is itself a report: nobody but a machine writes from there."""
    local = parsed.original_from.rpartition("@")[0].lower()
    return local in _REPORTERS or bool(
        _REPORT_SUBJECT.match(parsed.original_subject) and not parsed.return_path
    )


def _is_challenge(parsed: ParsedMessage, beginning: bytes) -> bool:
    return bool(
        _CHALLENGE_SUBJECT.search(parsed.subject)
        or _CHALLENGE_HEADER.search(beginning)
        or _CHALLENGE_TEXT.search(beginning)
    )
