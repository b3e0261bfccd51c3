"""Delivery status notifications: RFC 3464, and RFC 6533 for internationalised addresses."""

from __future__ import annotations

import re

from bounces.parsing import addresses
from bounces.parsing.formats import Format, of_report
from bounces.parsing.headers import Headers, decode_words
from bounces.parsing.notice import MOST_RECIPIENTS, STATUS_TYPES, Finding, Notice

_FIELD_IN_TEXT = re.compile(r"^[ \t>]*(?:Final|Original)-Recipient[ \t]*:[^\n@]*@", re.M | re.I)
_FIRST_FIELD = re.compile(r"^[ \t>]*Reporting-MTA[ \t]*:", re.M | re.I)
_MOST_OF_FIELDS = 4000
_BLANKS = frozenset(" \t")
# Fields that some gateway has set in, against RFC 5322 2.2.
_SET_IN = re.compile(r"^[ \t]+(?=[A-Za-z][\w-]{0,40}[ \t]*:)", re.M)
_GROUPS = re.compile(r"\n[ \t]*\n")
_REJECTED = re.compile(r"automatically rejected\b[^:]{0,120}(?:: ?(.{1,1000}))?")
_OF_RECIPIENT = frozenset({"action", "status", "diagnostic-code", "remote-mta"})
_BEGINS_RECIPIENT = ("original-recipient", "final-recipient", "action")
_END = re.compile(r"^--\S", re.M)
_DIAGNOSTIC_KIND = re.compile(r"^[ \t]*([A-Za-z][\w.-]{0,30})[ \t]*;[ \t]*")
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})")
_COMMENT = re.compile(r"\((.{3,500})\)[ \t]*$", re.S)
# Exchange's own: `<mx.example.org #5.1.1 smtp; 550 5.1.1 ...>`.
_SUPPLEMENT = re.compile(
    r"#\d\.\d{1,3}\.\d{1,3}[ \t]+(?:[Ss][Mm][Tt][Pp];[ \t]*)?(.{3,1000}?)>?[ \t]*$", re.S
)
_HOST_KIND = re.compile(r"^[ \t]*[A-Za-z][\w.-]{0,20}[ \t]*;[ \t]*")
_PLAIN_HOST = re.compile(r"[A-Za-z]{3,8}; ?(\w[\w.-]{0,253}\w)", re.A)
_PROGRAM = ("|", "/", ":", '"|', '"/')
# What software writes in Action besides RFC 3464's five words (2.3.3).
_ACTIONS = {
    "failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "relayed",
    "expanded": "expanded",
    "deliverable": "delivered", "undeliverable": "failed", "failure": "failed", "fail": "failed",
    "error": "failed", "bounced": "failed", "bounce": "failed",
    "rejected": "failed", "delay": "delayed", "deferred": "delayed", "success": "delivered",
    "transferred": "relayed", "relayed-to": "relayed",
}  # fmt: skip
# PowerMTA's own bounce categories (its manual, "bounce categories"), as reasons.
_POWERMTA = {
    "bad-domain": "hostunknown", "bad-mailbox": "userunknown", "inactive-mailbox": "suspend",
    "message-expired": "expired", "no-answer-from-host": "networkerror",
    "policy-related": "policyviolation", "quota-issues": "mailboxfull",
    "routing-errors": "systemerror", "spam-related": "spamdetected",
    "spam-block": "blocked", "virus-related": "virusdetected", "content-related": "contenterror",
    "bad-connection": "networkerror", "relaying-issues": "norelaying",
    "protocol-errors": "syntaxerror", "bad-configuration": "systemerror",
}  # fmt: skip


def extract(notice: Notice) -> list[Finding]:
    """One finding per recipient group of the report, whose parts their type tells."""
    found: list[Finding] = []
    if STATUS_TYPES.isdisjoint(notice.types):
        return found
    for part in notice.status_parts:
        text = part.decoded()
        found += findings_of(_SET_IN.sub("", text) if text.lstrip("\n")[:1] in _BLANKS else text)
    return found[:MOST_RECIPIENTS]


def format_of(notice: Notice) -> Format | None:
    """The format that wrote the report, where fields of the report are its own."""
    if not notice.status_parts:
        return None
    return of_report(notice.status_parts[0].decoded()[:_MOST_OF_FIELDS])


def extract_untyped(notice: Notice) -> list[Finding]:
    """The same from a report whose types or boundaries are broken: its fields stand in a text."""
    for part in notice.message.parts:
        if not part.type.startswith(("text/", "application/")):
            continue
        text = part.decoded()
        # Plain search finds much faster that there is none.
        spelt = "-Recipient" in text or "-recipient" in text or "-RECIPIENT" in text
        match = _FIELD_IN_TEXT.search(text) if spelt else None
        if match is None:
            continue
        start = text.rfind("\n\n", 0, match.start()) + 1
        for first in _FIRST_FIELD.finditer(text, 0, match.start()):
            start = first.start()
        text = text[start:]
        end = _END.search(text)
        found = findings_of(text[: end.start()] if end else text)
        if found:
            return found
    return []


def extract_rejection(notice: Notice) -> list[Finding]:
    """Who rejected a message after its delivery: a filter (RFC 5429 2.2.1), or a full mailbox.

    It comes in the form of a receipt, whose recipient is the one who failed.
    """
    text = notice.whole_text
    match = _REJECTED.search(text) if "utomatically rejected" in text else None
    if match is None:
        return []
    for part in notice.message.parts:
        if part.type == "message/disposition-notification":
            fields = Headers(part.decoded().replace("\n\n", "\n"))
            recipient = addresses.of_field(fields.get("final-recipient"))
            return [Finding(recipient, match[1] or text, action="failed")]
    return []


def findings_of(text: str) -> list[Finding]:
    """Read the field groups of a report body."""
    reporting = ""
    found: list[Finding] = []
    last = Headers("")
    for fields in _field_groups(text):
        names = fields.fields
        if "reporting-mta" in names and not reporting:
            reporting = host_of(fields.get("reporting-mta"))
        if "final-recipient" not in names and "original-recipient" not in names:
            if found and names.keys() & _OF_RECIPIENT and not names.keys() & last.fields.keys():
                # An empty line within a group.
                last.fields.update(names)
                found[-1] = _finding(last, reporting)
                continue
            if found or "action" not in names:
                continue
        last = fields
        found.append(_finding(fields, reporting))
        if len(found) >= MOST_RECIPIENTS:
            break
    return found


def _field_groups(text: str) -> list[Headers]:
    """The groups of fields, also where there is no empty line between those of two recipients."""
    has_blanks = " \n" in text or "\t\n" in text
    groups = _GROUPS.split(text) if has_blanks else text.split("\n\n")
    found: list[Headers] = []
    for group in groups[: MOST_RECIPIENTS * 2]:
        if ":" in group:
            fields = Headers(group)
            found += _torn(group, fields) if fields.repeats("final-recipient") else (fields,)
    return found


def _torn(group: str, fields: Headers) -> list[Headers]:
    """The groups of several recipients that run together in one."""
    first = next(name for name in fields.fields if name in _BEGINS_RECIPIENT)
    pieces = re.split(rf"\n(?={first}[ \t]*:)", group, flags=re.I)
    return [Headers(piece) for piece in pieces]


def _finding(fields: Headers, reporting: str) -> Finding:
    final = fields.get("final-recipient")
    recipient = addresses.of_field(final)
    names = fields.fields
    original = ""
    if "original-recipient" in names:
        original = addresses.of_field(fields.get("original-recipient"))
    value = fields.get("status")
    status = _STATUS.search(value)
    kind, diagnostic = diagnostic_of(fields.get("diagnostic-code"))
    if not diagnostic and (comment := _COMMENT.search(value)):
        # Sun's Messaging Server tells the reason in a comment of the status.
        diagnostic = comment[1]
    if not diagnostic and (supplement := _SUPPLEMENT.search(fields.get("x-supplementary-info"))):
        diagnostic = supplement[1]
    finding = Finding(recipient, diagnostic)
    finding.original_recipient = original if original != recipient else ""
    finding.action = action_of(fields.get("action"))
    if not finding.action and "will-retry-until" in names:
        finding.action = "delayed"
    finding.status = status[1] if status else ""
    finding.remote_mta = host_of(fields.get("remote-mta"))
    finding.reporting_mta = reporting
    actual = _behind_type(fields.get("x-actual-recipient")) if "x-actual-recipient" in names else ""
    is_program = _behind_type(final).startswith(_PROGRAM) and final[:4].lower() != "x400"
    if kind == "x-unix" or is_program or actual.startswith(_PROGRAM):
        finding.command = "PIPE"
    if "x-powermta-bouncecategory" in names:
        category = fields.get("x-powermta-bouncecategory")
        finding.hint = _POWERMTA.get(category.partition(" ")[0].lower(), "")
    if original and not addresses.is_whole(recipient) and addresses.is_whole(original):
        finding.recipient, finding.original_recipient = original, ""
    if "@" not in finding.recipient and addresses.is_whole(actual):
        finding.expanded = addresses.clean(actual)
    return finding


def _behind_type(value: str) -> str:
    return value.partition(";")[2].strip()


def action_of(value: str) -> str:
    """An Action field in RFC 3464's words, lower case; empty where it says nothing."""
    word = value.lower()
    if word not in _ACTIONS:
        word = word.partition(";")[0].partition("(")[0].strip()
    return _ACTIONS.get(word, word)


def diagnostic_of(value: str) -> tuple[str, str]:
    """The type and the text of a Diagnostic-Code (RFC 3464 2.3.6)."""
    match = _DIAGNOSTIC_KIND.match(value)
    if match is None:
        return "", decode_words(value)
    return match[1].lower(), decode_words(value[match.end() :])


def host_of(value: str) -> str:
    """The host of a `dns; mx.example.org (192.0.2.1)` field, lower case."""
    if (plain := _PLAIN_HOST.fullmatch(value)) is not None:
        return plain[1].lower()
    kind = _HOST_KIND.match(value)
    host = value[kind.end() :] if kind else value
    words = host.replace("(", " ").split(None, 1)
    return words[0].strip("[]<>;,.()\"'").lower() if words else ""
