"""`parse()`: from any bytes to what they report."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bounces.parsing import (
    addresses,
    arf,
    autoreply,
    dates,
    delays,
    dsn,
    enriching,
    forwarded,
    mime,
    replies,
    reports,
    ses,
    texts,
)
from bounces.parsing.charsets import to_byte_string
from bounces.parsing.formats import Format, recognize
from bounces.parsing.headers import HeaderBlock, Headers
from bounces.parsing.notice import MOST_RECIPIENTS, Finding, Notice
from bounces.parsing.types import Kind, ParsedMessage, Report

_MOST_MESSAGES = 50
"""How many messages of one mbox are read."""
_BY_WEIGHT: tuple[Kind, ...] = ("bounce", "delayed", "delivered")
"""What several delivery reports in one file are together: the first that one of them is."""
_MOST_NESTING = 3
"""How deep a bounce may be wrapped in other messages."""
_DAEMON = re.compile(
    r"mailer-?daemon|mdaemon@|post[-_]?master|microsoftexchange[0-9a-f]{32}@|mail[ ._-]?deliver|"
    r"mail[ ._-]?daemon|mail administrator|system administrator|"
    r"^<?(?:bounces?|double-bounce)@|mail subsystem|メール配信|почтов",
    re.I,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned (?:mail|message|to sender)|failure (?:notice|delivery)|deliver\w* "
    r"(?:status|fail|notif|report|problem|error|delay)|mail (?:delivery|system error|failure|"
    r"could not)|could not (?:be )?deliver|not (?:be )?delivered|non.?deliver|rejected|bounce|"
    r"unzustellbar|nicht zugestellt|non remis|non distribu|no se (?:pudo|puede) entregar|"
    r"n[ãa]o (?:entregue|foi poss)|mancat[ao] (?:recapito|consegna)|non recapita(?:to|bile)|"
    r"niet bezorgd|onbestelbaar|kunde inte levereras|ikke (?:kunne )?leveres|nedoru[čc]|"
    r"kézbesíthet|niedor[ęe]cz|не доставлен|недоставлен|配信不能|配信エラー|送信エラー|退信|"
    r"投递失败|无法投递|반송|배달되지|iletilemedi",
    re.I,
)
_REPORT = re.compile(r"report-type[ \t]*=[ \t]*[\"']?delivery-status", re.I)
_FOR_POSTMASTERS = re.compile(
    r"\W*(?:report domain:|postfix smtp (?:server|client): errors )", re.I
)
"""Subjects of what systems tell postmasters about others: measurements, faulty sessions."""
_ABOUT_DELIVERY = re.compile(
    r"deliver|undeliv|returned|reject|refused|recipient|bounce|mailbox|quota|unknown user|"
    r"not exist|no such|[45]\d\d[ -]|[45]\.\d\.\d|配信|送信|宛先|退|zustell|remis|entreg|доставл",
    re.I,
)
_UNDELIVERED = re.compile(
    r"(?:could not|couldn't|cannot|can't) be (?:delivered|sent)|undeliver|delivery (?:has )?failed|"
    r"(?:unable|failed|not able) to (?:be )?deliver|(?:was|has)(?: not|n't) (?:been )?delivered|"
    r"nicht zugestellt|n'a (?:pas )?pu être (?:remis|distribu|délivr)|(?:no|não) (?:se )?(?:ha )?"
    r"(?:pudo|podido|pôde) (?:ser )?entreg|non (?:è stato possibile|può essere) consegn|"
    r"не (?:может быть |было |удалось )?доставл?[еи]|(?:配信|送信|配達|お届け)できません|"
    r"(?:未能|无法|無法)[^。\n]{0,6}(?:投递|送达|发送|投遞|送達)|被退回",
    re.I,
)
_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to",
                 "x-envelope-to", "x-rcpt-to", "apparently-to", "to")  # fmt: skip


@dataclass(slots=True)
class _Look:
    """What a message turned out to be, and the view of it (its own or a wrapped message's)."""

    kind: Kind
    notice: Notice
    reports: tuple[Report, ...] = ()
    form: str = ""
    feedback_source: str = ""
    return_path: str = ""


def parse(raw: bytes) -> ParsedMessage:
    """Say what a message of any kind reports: see `ParsedMessage`. Never raises on any bytes.

    An mbox is read as one message that reports what its messages do.
    """
    text, note = mime.byte_string(raw)
    if text[:5] != "From ":
        return _parse(text, note)
    first, *others = mime.split_mbox(text, _MOST_MESSAGES)
    parsed = _parse(first, note)
    for other in others:
        parsed = _merge(parsed, _parse(other, ""))
    return parsed


def _merge(parsed: ParsedMessage, other: ParsedMessage) -> ParsedMessage:
    if parsed.kind in ("other", "autoreply") and other.kind not in ("other", "autoreply"):
        parsed, other = other, parsed
    kinds = {parsed.kind, other.kind}
    if len(kinds) > 1 and not kinds <= {*_BY_WEIGHT}:
        return parsed
    kind = next((kind for kind in _BY_WEIGHT if kind in kinds), parsed.kind)
    return parsed._replace(kind=kind, reports=(parsed.reports + other.reports)[:MOST_RECIPIENTS])


def _parse(text: str, note: str) -> ParsedMessage:
    notice = Notice(mime.read(text))
    look = _look(notice, 0)
    return _assemble(notice, look, note or notice.message.note)


def _look(notice: Notice, depth: int) -> _Look:
    """Decide what a message is: the surest signs first."""
    if (complaint := arf.read(notice)) is not None:
        return _complaint(complaint, notice)
    if (notification := ses.read(notice)) is not None and notification[1]:
        return _notification(notification, notice)
    found = dsn.extract(notice)
    by_fields = dsn.format_of(notice) if found else None
    if by_fields is not None and enriching.enrich_from_paragraphs(found, notice, by_fields):
        return _delivery(found, notice, by_fields, "rfc3464")
    if "x-ms-journal-report" in notice.headers and (wrapped := _wrapped(notice, depth)):
        return wrapped
    recognized = recognize(notice, needs_surety=not found)
    form = recognized.format if recognized else None
    if found:
        form = form or by_fields
        enriching.enrich(found, notice, form)
        return _delivery(found, notice, form, "rfc3464")
    if "message/disposition-notification" in notice.types:
        found = dsn.extract_rejection(notice)
        return _delivery(found, notice, form, "mdn") if found else _Look("other", notice)
    if autoreply.is_challenge(notice.headers, notice.subject):
        return _answer(notice)
    is_sure = (
        recognized is not None and recognized.sure and not _FOR_POSTMASTERS.match(notice.subject)
    )
    is_titled = not is_sure and _BOUNCE_SUBJECT.search(notice.subject) is not None
    if is_sure or (recognized is not None and is_titled) or _is_from_a_daemon(notice):
        if found := dsn.extract_untyped(notice):
            enriching.enrich(found, notice, form)
            return _delivery(found, notice, form, "rfc3464")
        named = texts.by_layout(notice, form)
        if not named and _may_be_a_wrapper(notice) and (wrapped := _wrapped(notice, depth)):
            return wrapped
        if found := texts.extract(notice, form, named):
            told = "delayed" if delays.is_delay(notice) else ""
            told = told or ("delivered" if texts.is_success(notice, found) else "")
            for finding in found:
                finding.action = finding.action or told
            return _delivery(found, notice, form, "text")
        by_title = is_sure and recognized is not None and recognized.by_title
        if by_title or ((is_sure or is_titled) and _is_from_a_daemon(notice, whom=False)):
            nobody = [Finding(diagnostic=notice.whole_text)]
            return _quoted(notice, depth) or _delivery(nobody, notice, form, "text")
    if autoreply.mark_of(notice.headers, notice.subject):
        return _answer(notice)
    return _wrapped(notice, depth) or _quoted(notice, depth) or _Look("other", notice)


def _answer(notice: Notice) -> _Look:
    """What a message is that somebody's machine answers with."""
    mark = autoreply.mark_of(notice.headers, notice.subject)
    report = Report(notice.sender, "", "vacation", rule="rfc3834", evidence=mark[:300])
    return _Look("autoreply", notice, (report,), "rfc3834")


def _is_from_a_daemon(notice: Notice, whom: bool = True) -> bool:
    """Whether who sent a message, or how, says that it is a report of a mail system.

    One that does not name `whom` it is about must not only have the name of one: thieves of
    passwords write so.
    """
    headers = notice.headers
    if "x-failed-recipients" in headers or _REPORT.search(notice.message.entity.content_type):
        return True
    return_path = headers.get("return-path").lower() if "return-path" in headers else "unknown"
    nobody = return_path in ("<>", "") or "mailer-daemon" in return_path
    about_delivery = _BOUNCE_SUBJECT.search(notice.subject) is not None
    if not _DAEMON.search(headers.get("from")):
        if nobody and about_delivery:
            return not autoreply.is_subject(notice.subject)
        is_titled = about_delivery and _BOUNCE_SUBJECT.match(notice.subject) is not None
        return (nobody or is_titled) and _reads_as_a_report(notice, is_titled)
    # Postmasters write letters too, and get other reports than of mail they sent.
    if _FOR_POSTMASTERS.match(notice.subject):
        return False
    if not (whom or nobody or _DAEMON.search(notice.sender)):
        return bool(notice.returned) or notice.attaches_original or _has_codes(notice)
    return nobody or about_delivery or _ABOUT_DELIVERY.search(notice.whole_text) is not None


def _reads_as_a_report(notice: Notice, is_titled: bool) -> bool:
    """Whether a message by nobody in particular says what reports say: of a message that it
    returns, or with the subject and codes of a report."""
    returns = notice.attaches_original
    mark = autoreply.mark_of(notice.headers, notice.subject)
    return (
        (returns or is_titled)
        and _UNDELIVERED.search(notice.whole_text) is not None
        and (returns or _has_codes(notice))
        # Reports are generated and refer to what they are about, too.
        and (not mark or mark.startswith(autoreply.GENERATED))
    )


def _has_codes(notice: Notice) -> bool:
    return replies.codes_in(notice.whole_text) != replies.Codes()


def _may_be_a_wrapper(notice: Notice) -> bool:
    """Whether a message whose own words name nobody may bring a report of somebody else's."""
    return "message/rfc822" in notice.types and "x-failed-recipients" not in notice.headers


def _wrapped(notice: Notice, depth: int) -> _Look | None:
    """What a message that this one carries reports: forwarded, or wrapped by a list or a filter."""
    if depth >= _MOST_NESTING:
        return None
    for part in notice.message.parts:
        if part.type in ("message/rfc822", "message/global"):
            look = _look(Notice(mime.read(part.decoded())), depth + 1)
            if look.kind in ("bounce", "delayed", "delivered", "complaint"):
                return look
    return None


def _quoted(notice: Notice, depth: int) -> _Look | None:
    """What a report says that somebody forwards within a text, each line set off with `>`."""
    if depth >= _MOST_NESTING or not notice.returned:
        return None
    from_a_daemon = _DAEMON.search(notice.original.get("from")) is not None
    inner = forwarded.message_in(notice.returned, from_a_daemon)
    if not inner:
        return None
    look = _look(Notice(mime.read(to_byte_string(inner))), depth + 1)
    return look if look.kind in ("bounce", "delayed", "delivered", "complaint") else None


def _delivery(found: list[Finding], notice: Notice, form: Format | None, plain: str) -> _Look:
    refuser = form.names_refuser if form else ""
    for finding in found:
        if finding.action == "delayed" and delays.has_given_up(finding.diagnostic):
            finding.action = "failed"
        if refuser and not finding.command and not finding.remote_mta:
            said = finding.context or finding.diagnostic
            finding.command = "" if refuser in said else "RCPT"
    kind = reports.kind_of(found)
    name = form.name if form else plain
    made = tuple([reports.report(finding, name) for finding in found])
    if len(made) == 1 and made[0].rule == reports.SAID_NOTHING:
        made = (reports.from_all_words(found[0], name, notice.whole_text) or made[0],)
    return _Look(kind, notice, made, name)


def _complaint(complaint: arf.Complaint, notice: Notice) -> _Look:
    return _Look(
        "complaint", notice,
        tuple(
            Report(
                recipient, "", "feedback", reporting_mta=complaint.reporting_mta,
                feedback_type=complaint.feedback_type, rule="arf", evidence=complaint.evidence,
            )
            for recipient in complaint.recipients or ("",)
        ),
        "arf", complaint.source, complaint.return_path,
    )  # fmt: skip


def _notification(notification: tuple[Kind, list[Finding], str], notice: Notice) -> _Look:
    kind, found, feedback_type = notification
    if kind != "complaint":
        return _Look(
            kind, notice, tuple(reports.report(f, "amazonses") for f in found), "amazonses"
        )
    complaints = tuple(
        Report(f.recipient, "", "feedback", feedback_type=feedback_type or "abuse",
               rule="amazonses", evidence="notificationType: Complaint")
        for f in found
    )  # fmt: skip
    return _Look(kind, notice, complaints, "amazonses")


def _assemble(notice: Notice, look: _Look, note: str) -> ParsedMessage:
    headers, returned = notice.headers, look.notice.original
    fields = headers.fields
    delivered: list[str] = []
    for name in _DELIVERED_TO:
        if name in fields:
            for value in headers.all(name):
                delivered += addresses.every(value)
    # Made as a tuple: by keywords it would take five times as long.
    return tuple.__new__(ParsedMessage, (
        look.kind, look.reports, look.form,
        _message_id(headers), notice.sender_as_written, tuple(dict.fromkeys(delivered))[:50],
        notice.subject, dates.read(headers.get("date")),
        look.return_path or addresses.first(returned.get("return-path")),
        _message_id(returned), returned.text("subject"), addresses.of_author(returned.get("from")),
        look.feedback_source, note,
    ))  # fmt: skip


def _message_id(headers: Headers | HeaderBlock) -> str:
    return headers.get("message-id").strip("<> \t")[:998]
