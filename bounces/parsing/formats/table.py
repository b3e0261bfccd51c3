"""One row: a format, how it is recognised, how its recipients are laid out."""

from __future__ import annotations

from dataclasses import dataclass

from bounces.parsing.layouts import Layout

ANYWHERE = Layout()
"""Addresses at the beginnings of lines, each with what is said of it below."""
COLON = Layout(colon=True)
"""`<ann@example.net>:` with the reply behind it or below: qmail and whoever learnt from it."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format of a bounce. Marks are written in lower case."""

    name: str
    lines: tuple[str, ...] = ()
    """How a line of the report's text begins that no other mail has, after blanks, dashes and
    stars; at least `beginnings.HEAD` letters."""
    fields: tuple[str, ...] = ()
    """Header fields that tell it: `x-mxl-notehash`, `x-mailer: surfcontrol` (how the value begins)
    or `message-id: *gmr@mx.google.com` (what it contains). An address in
    `from:` is the whole one."""
    report_fields: tuple[str, ...] = ()
    """Names of fields that only its delivery status has, such as `x-postfix-queue-id`."""
    layout: Layout = ANYWHERE
    sure: bool = True
    """Whether a line (or the subject) makes the message a bounce by itself, whoever sent it."""
    contains: str = ""
    """What the text must contain besides the line, in lower case, where several begin alike."""
    local: bool = False
    """Whether the reporter keeps the mailboxes itself: its "user unknown" is about the address."""
    names_refuser: str = ""
    """What stands in all that the reporter was told by another host: where it does not, the
    reporter speaks of mailboxes of its own."""
    virtual_domains: bool = False
    """Whether it may write `example.net-ann@example.net` of a domain that it keeps for others."""
    transcript: bool = False
    """Whether the text quotes the SMTP dialogue."""
