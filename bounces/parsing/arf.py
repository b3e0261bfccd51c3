"""Complaints: the abuse reporting format of RFC 5965, and what providers send instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from bounces.parsing import addresses
from bounces.parsing.headers import Headers
from bounces.parsing.mime import split_head
from bounces.parsing.notice import MOST_RECIPIENTS, Notice

TYPES = frozenset({"message/feedback-report", "text/feedback-report"})
# Fields of the report that name who complained, best first (RFC 5965 3.2; opt-out reports).
_RECIPIENT_FIELDS = (
    "original-rcpt-to",
    "removal-recipient",
    "original-recipient",
    "final-recipient",
)
# Where providers leave the recipient in the returned message, which they blot out in To.
_RETURNED_FIELDS = ("x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "envelope-to",
                    "x-rcpt-to", "to", "cc")  # fmt: skip
_MOST_BEFORE_FIELDS = 4000
_MOST_OF_FIELDS = 4000
_FIELD_IN_TEXT = re.compile(r"^[ \t]*Feedback-Type[ \t]*:[ \t]*\S", re.M | re.I)
# Microsoft's junk mail reporting: no report, only the returned message, from its staff.
_JMRP_SENDER = re.compile(r"^staff@(?:hotmail|outlook|live|msn)\.com$")
_JMRP_SUBJECT = re.compile(r"complaint about message from ([0-9A-Fa-f.:]{3,45})", re.I)
# Fields that only the complaints of services have which write no reports of RFC 5965's form.
_OF_SERVICES = ("x-spamcop-sourceip",)
_BLOTTED = re.compile(r"undisclosed|redacted|^x{2,}@x{2,}|\.invalid$", re.I)
# What letters of abuse desks say of the message that they return.
_MARKED = re.compile(
    r"(?:marked|reported|flagged|identified) .{0,60}\bas (?:being )?(?:spam|junk|unsolicited|abus)|"
    r"(?:spam|abuse) (?:complaint|report)|迷惑メール.{0,40}(?:申告|報告|通報)|"
    r"(?:signal[ée]+|marqu[ée]+) comme (?:du |[ée]tant du )?(?:spam|ind[ée]sirable)|"
    r"als spam (?:gemeldet|markiert|eingestuft)|segnalat[oa] come spam|"
    r"(?:marcado|denunciado|reportado) como (?:spam|correo no deseado|lixo)|"
    r"垃圾邮件.{0,20}(?:举报|投诉)|(?:举报|投诉).{0,20}垃圾邮件",
    re.I,
)
_OF_WHOM = re.compile(r"^[ \t]*(?:recipient|rcpt|to|宛先|destinataire|empfänger)[ \t]*[:：](.*)",
                      re.I | re.M)  # fmt: skip
_MOST_WORDS = 2000


class Complaint(NamedTuple):
    """What a complaint says."""

    recipients: tuple[str, ...]
    feedback_type: str
    source: str
    """The IP address (or host) that sent the message complained about."""
    return_path: str
    reporting_mta: str
    evidence: str
    """The line that made it a complaint."""


def read(notice: Notice) -> Complaint | None:
    """A complaint's content; None where the message is none."""
    if not TYPES.isdisjoint(notice.types):
        part = next(part for part in notice.message.parts if part.type in TYPES)
        return _from_fields(Headers(part.decoded().lstrip("\n")), notice)
    content_type = notice.message.entity.content_type.lower()
    if "feedback" in content_type and "report-type=feedback-report" in content_type.replace(
        '"', ""
    ):
        for part in notice.message.parts:
            text = part.decoded()
            if match := _FIELD_IN_TEXT.search(text):
                start = text.rfind("\n\n", 0, match.start()) + 2 if match.start() else 0
                return _from_fields(Headers(split_head(text[max(start, 0) :])[0]), notice)
    for name in _OF_SERVICES:
        if name in notice.headers:
            source = notice.headers.get(name).strip()
            return Complaint((), "abuse", source[:255], "", "", f"{name}: {source}"[:300])
    sender = notice.sender
    if ("abuse" in sender or "complain" in sender or "feedback" in sender or "fbl" in sender) and (
        complaint := _from_abuse_desk(notice)
    ):
        return complaint
    complaint = _from_untyped(notice)
    if complaint is None and sender[:6] == "staff@":
        return _from_junk_mail_reporting(notice)
    return complaint


def _from_untyped(notice: Notice) -> Complaint | None:
    """The complaint of a report that lost its types: its fields stand in a text, below words.

    It must have what RFC 5965 3.1 demands, and no list may carry it: people write of them.
    """
    part = notice.message.parts[0] if notice.message.parts else None
    body = part.decoded() if part is not None and part.type == "text/plain" else ""
    at = body.find("\nFeedback-Type:", 0, _MOST_BEFORE_FIELDS)
    if at < 0 or "list-id" in notice.headers:
        return None
    start = body.rfind("\n\n", 0, at + 1) + 2
    fields = Headers(split_head(body[start : at + _MOST_OF_FIELDS].lstrip("\n"))[0])
    if "feedback-type" in fields and "user-agent" in fields and "version" in fields:
        return _from_fields(fields, notice)
    return None


def _from_abuse_desk(notice: Notice) -> Complaint | None:
    """A letter for people that says of a message which it returns that it was called spam."""
    said = f"{notice.subject} {notice.whole_text[:_MOST_WORDS]}"
    match = _MARKED.search(said)
    returns = notice.returned or notice.attaches_original
    if match is None or not returns or "list-id" in notice.headers:
        return None
    of_whom = _OF_WHOM.search("\n".join(notice.lines))
    named = addresses.every(of_whom[1], MOST_RECIPIENTS) if of_whom else []
    recipients = tuple(named) or _recipients(Headers(""), notice)
    return Complaint(recipients, "abuse", "", "", "", match[0])


def _from_fields(fields: Headers, notice: Notice) -> Complaint:
    feedback_type = fields.get("feedback-type").partition(";")[0].strip().lower()
    source = fields.get("source-ip") or fields.get("source") or ""
    return Complaint(
        recipients=_recipients(fields, notice),
        feedback_type=feedback_type or "abuse",
        source=source.split(" ", 1)[0].strip("[]<>")[:255],
        return_path=addresses.first(fields.get("original-mail-from")),
        reporting_mta=_host(fields.get("reporting-mta")),
        evidence=f"Feedback-Type: {feedback_type}" if feedback_type else "",
    )


def _host(value: str) -> str:
    return value.rpartition(";")[2].strip().split(" ", 1)[0].lower()


def _from_junk_mail_reporting(notice: Notice) -> Complaint | None:
    if not _JMRP_SENDER.match(notice.sender):
        return None
    match = _JMRP_SUBJECT.search(notice.subject)
    if match is None and not notice.attaches_original:
        return None
    return Complaint(_recipients(Headers(""), notice), "abuse", match[1] if match else "", "", "",
                     f"Subject: {notice.subject}")  # fmt: skip


def _recipients(fields: Headers, notice: Notice) -> tuple[str, ...]:
    """Whom the complaint is from: as the report says, else as the returned message says."""
    for name in _RECIPIENT_FIELDS:
        found = [addresses.of_field(value) for value in fields.all(name)]
        found = [address for address in found if "@" in address]
        if found:
            return tuple(dict.fromkeys(found))[:MOST_RECIPIENTS]
    for name in _RETURNED_FIELDS:
        found = [a for a in addresses.every(notice.original.get(name)) if not _BLOTTED.search(a)]
        if found:
            return tuple(found[:MOST_RECIPIENTS])
    address = addresses.of_return_path(notice.original.get("return-path"))
    return (address,) if address else ()
