"""Notifications that Amazon SES sends by mail through SNS: JSON in a text."""

from __future__ import annotations

import json
import re
from typing import Any

from bounces.parsing.notice import MOST_RECIPIENTS, Finding, Notice
from bounces.parsing.types import Kind

_SENDERS = re.compile(r"@sns\.(?:[\w-]+\.)?amazonaws\.com$")
# Long lines are cut somewhere on their way: with "!" and a blank, or only with a line end.
_CUT = re.compile(r"!?\n ?")


def read(notice: Notice) -> tuple[Kind, list[Finding], str] | None:
    """The kind, the findings and the feedback type; None where it is no such notification."""
    from_sns = notice.sender.endswith(".amazonaws.com") and _SENDERS.search(notice.sender)
    if not from_sns and "x-amz-sns-message-id" not in notice.headers:
        return None
    for part in notice.message.parts:
        text = part.text()
        start = text.find("{")
        if start < 0:
            continue
        end = text.find("\n--\n", start)
        body = _CUT.sub("", text[start : end if end > 0 else len(text)])
        try:
            content, _ = json.JSONDecoder().raw_decode(body)
        except (ValueError, RecursionError):
            continue
        if isinstance(content, dict):
            return _read(content)
    return None


def _read(content: dict[str, Any]) -> tuple[Kind, list[Finding], str] | None:
    inner = content.get("Message")
    if isinstance(inner, str):
        try:
            content = json.loads(inner)
        except (ValueError, RecursionError):
            return None
    kind = content.get("notificationType") or content.get("eventType")
    if kind == "Complaint":
        section = _section(content, "complaint")
        found = [
            Finding(_text(row, "emailAddress")) for row in _rows(section, "complainedRecipients")
        ]
        return "complaint", found, _text(section, "complaintFeedbackType")
    if kind == "Delivery":
        section = _section(content, "delivery")
        recipients = section.get("recipients")
        names = recipients if isinstance(recipients, list) else []
        found = [
            Finding(str(name), diagnostic=_text(section, "smtpResponse"), action="delivered",
                    reporting_mta=_text(section, "reportingMTA"))
            for name in names[:MOST_RECIPIENTS]
        ]  # fmt: skip
        return "delivered", found, ""
    if kind == "Bounce":
        section = _section(content, "bounce")
        reporting = _text(section, "reportingMTA").rpartition(";")[2].strip()
        found = [
            Finding(_text(row, "emailAddress"), diagnostic=_text(row, "diagnosticCode")
                    .partition("smtp;")[2].strip() or _text(row, "diagnosticCode"),
                    action=_text(row, "action") or "failed", status=_text(row, "status"),
                    reporting_mta=reporting)
            for row in _rows(section, "bouncedRecipients")
        ]  # fmt: skip
        return "bounce", found, ""
    if kind == "DeliveryDelay":
        section = _section(content, "deliveryDelay")
        found = [
            Finding(_text(row, "emailAddress"), diagnostic=_text(row, "diagnosticCode"),
                    action="delayed", status=_text(row, "status"))
            for row in _rows(section, "delayedRecipients")
        ]  # fmt: skip
        return "delayed", found, ""
    return None


def _section(content: dict[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name)
    return value if isinstance(value, dict) else {}


def _rows(section: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = section.get(name)
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, dict)][:MOST_RECIPIENTS]


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
