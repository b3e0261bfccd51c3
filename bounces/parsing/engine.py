"""`parse()`: from any bytes to what they report."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bounces.parsing import addresses, arf, autoreply, dsn, general, mime, replies
from bounces.parsing.headers import Headers
from bounces.parsing.notice import Finding, Notice
from bounces.parsing.reasons import Evidence, category_of, classify
from bounces.parsing.types import Kind, ParsedMessage, Report

_MOST_DIAGNOSTIC = 2000
_DAEMON = re.compile(
    r"mailer-?daemon|postmaster|mail delivery|mail-?daemon|^<?(?:bounces?|double-bounce)@", re.I
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned mail|failure notice|delivery (?:status|fail|notif|report|problem)|"
    r"mail (?:delivery|system error|could not)|could not be delivered|non.?deliver|"
    r"mail failure|rejected|bounce",
    re.I,
)
_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to",
                 "x-envelope-to", "x-rcpt-to", "apparently-to", "to")  # fmt: skip


def parse(raw: bytes) -> ParsedMessage:
    """Say what a message of any kind reports: see `ParsedMessage`. Never raises on any bytes."""
    text, note = mime.byte_string(raw)
    message = mime.read(text)
    notice = Notice(message)
    kind, found, form = _look(notice)
    reports = tuple(_report(finding, kind, notice, form) for finding in found)
    return _assemble(notice, kind, reports, form, note or message.note)


def _look(notice: Notice) -> tuple[Kind, list[Finding], str]:
    feedback = arf.feedback_part(notice.message)
    if feedback is not None:
        fields = Headers(feedback.decoded())
        return "complaint", [Finding(a) for a in arf.recipients(fields, notice)], "arf"
    found = dsn.extract(notice)
    if found:
        return _kind_of(found), found, "rfc3464"
    headers = notice.headers
    bounced = (
        "x-failed-recipients" in headers
        or _DAEMON.search(headers.get("from"))
        or (headers.get("return-path") == "<>" and _BOUNCE_SUBJECT.search(notice.subject))
    )
    if bounced and "message/disposition-notification" not in {p.type for p in notice.message.parts}:
        found = general.extract(notice)
        if found:
            return "bounce", found, "text"
    if autoreply.is_autoreply(headers, notice.subject):
        return "autoreply", [Finding(notice.sender)], "rfc3834"
    return "other", [], ""


def _kind_of(found: list[Finding]) -> Kind:
    actions = {finding.action for finding in found}
    if actions and actions <= {"delivered", "relayed", "expanded"}:
        return "delivered"
    return "delayed" if actions == {"delayed"} else "bounce"


def _report(finding: Finding, kind: Kind, notice: Notice, form: str) -> Report:
    if kind in ("autoreply", "complaint"):
        reason = "vacation" if kind == "autoreply" else "feedback"
        return Report(finding.recipient, "", reason)
    codes = replies.codes_in(finding.diagnostic)
    status = replies.choose_status(finding.status, codes.status)
    smtp_code = finding.smtp_code or codes.smtp
    diagnostic = " ".join(finding.diagnostic.split())[:_MOST_DIAGNOSTIC]
    if kind == "delivered":
        reason, rule, evidence = "delivered", "action", finding.action
    else:
        verdict = classify(
            Evidence(
                diagnostic=diagnostic,
                status=status,
                smtp_code=smtp_code,
                action=finding.action,
                recipient=finding.recipient,
                remote_mta=finding.remote_mta,
                reporting_mta=finding.reporting_mta,
                format=form,
                command=finding.command,
            )
        )
        reason, rule, evidence = verdict.reason, verdict.rule, verdict.evidence
    return Report(
        recipient=finding.recipient, category=category_of(reason), reason=reason,
        action=finding.action or ("failed" if kind == "bounce" else ""), status=status,
        smtp_code=smtp_code, diagnostic=diagnostic, remote_mta=finding.remote_mta,
        reporting_mta=finding.reporting_mta, original_recipient=finding.original_recipient,
        rule=rule, evidence=evidence,
    )  # fmt: skip


def _assemble(
    notice: Notice, kind: Kind, reports: tuple[Report, ...], form: str, note: str
) -> ParsedMessage:
    headers, original = notice.headers, notice.original
    delivered = [a for name in _DELIVERED_TO for v in headers.all(name) for a in addresses.every(v)]
    return ParsedMessage(
        kind=kind, reports=reports, format=form, message_id=_message_id(headers),
        sender=addresses.first(headers.get("from")),
        recipients=tuple(dict.fromkeys(delivered))[:50], subject=notice.subject,
        date=_date(headers.get("date")), return_path=addresses.first(original.get("return-path")),
        original_message_id=_message_id(original), original_subject=original.text("subject"),
        original_from=addresses.first(original.get("from")),
        feedback_source="", note=note,
    )  # fmt: skip


def _message_id(headers: Headers) -> str:
    return headers.get("message-id").strip("<> \t")[:998]


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
