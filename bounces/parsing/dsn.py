"""Delivery status notifications: RFC 3464, and RFC 6533 for internationalised addresses."""

from __future__ import annotations

import re

from bounces.parsing import addresses
from bounces.parsing.headers import Headers, decode_words
from bounces.parsing.mime import Message, Part
from bounces.parsing.notice import MOST_RECIPIENTS, Finding, Notice

TYPES = frozenset({"message/delivery-status", "message/global-delivery-status",
                   "text/delivery-status", "message/delivery-report"})  # fmt: skip
_FIELDS = re.compile(
    r"^(?:Reporting-MTA|Final-Recipient|Original-Recipient)[ \t]*:[^\n]*$", re.M | re.I
)
_GROUPS = re.compile(r"\n[ \t]*\n")
_DIAGNOSTIC_KIND = re.compile(r"^[ \t]*([A-Za-z][\w.-]{0,30})[ \t]*;[ \t]*")
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})")
_HOST_KIND = re.compile(r"^[ \t]*[A-Za-z][\w.-]{0,20}[ \t]*;[ \t]*")


def status_part(message: Message) -> Part | None:
    """The part with the report's fields, by its type or, where that lies, by its look."""
    for part in message.parts:
        if part.type in TYPES:
            return part
    return None


def extract(notice: Notice) -> list[Finding]:
    """One finding per recipient group of the report."""
    part = status_part(notice.message)
    return findings_of(part.decoded()) if part is not None else []


def findings_of(text: str) -> list[Finding]:
    """Read the field groups of a report body."""
    reporting = ""
    found: list[Finding] = []
    for group in _GROUPS.split(text.strip("\n"))[: MOST_RECIPIENTS * 2]:
        if ":" not in group:
            continue
        fields = Headers(group)
        if "reporting-mta" in fields and not reporting:
            reporting = host_of(fields.get("reporting-mta"))
        names_somebody = "final-recipient" in fields or "original-recipient" in fields
        if not names_somebody and ("action" not in fields or not found):
            continue
        finding = _finding(fields)
        finding.reporting_mta = reporting
        found.append(finding)
        if len(found) >= MOST_RECIPIENTS:
            break
    return found


def _finding(fields: Headers) -> Finding:
    final = addresses.of_field(fields.get("final-recipient"))
    original = addresses.of_field(fields.get("original-recipient"))
    status = _STATUS.search(fields.get("status"))
    return Finding(
        recipient=final or original,
        original_recipient=original if original and original != final else "",
        action=fields.get("action").partition(";")[0].partition("(")[0].strip().lower(),
        status=status[1] if status else "",
        diagnostic=diagnostic_of(fields.get("diagnostic-code")),
        remote_mta=host_of(fields.get("remote-mta")),
    )


def diagnostic_of(value: str) -> str:
    """A Diagnostic-Code without its type (RFC 3464 2.3.6)."""
    return decode_words(_DIAGNOSTIC_KIND.sub("", value))


def host_of(value: str) -> str:
    """The host of a `dns; mx.example.org (192.0.2.1)` field, lower case."""
    host = _HOST_KIND.sub("", value).strip()
    words = host.replace("(", " ").split()
    return words[0].strip("[]<>;,.()\"'").lower() if words else ""
