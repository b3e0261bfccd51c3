"""What a report's words for people add to its fields for machines, recipient by recipient."""

from __future__ import annotations

from bounces.parsing import hosts, layouts, replies, texts, transcripts
from bounces.parsing.charsets import one_line
from bounces.parsing.formats import Format
from bounces.parsing.formats.table import ANYWHERE, COLON
from bounces.parsing.notice import Finding, Notice

_ARRIVED = frozenset({"delivered", "expanded"})


def enrich(found: list[Finding], notice: Notice, form: Format | None) -> None:
    """Complete `found` from the text: what is missing, and the words around a reply.

    Fields often hold the bare reply; the text has the command it answered, all of its lines, or
    the whole reason where there is no Diagnostic-Code.
    """
    lines = notice.lines
    said = layouts.read(lines, form.layout if form else ANYWHERE)
    quotes_dialogue = form is not None and form.transcript
    exchanges = transcripts.read(lines) if quotes_dialogue else []
    only = said[0] if len(said) == len(found) == 1 else None
    by_address = {finding.recipient.lower(): finding for finding in said} if not only else {}
    is_blanket = len(found) > 1 and len({finding.diagnostic for finding in found}) == 1
    for finding in found:
        told = (
            only
            or by_address.get(finding.recipient.lower())
            or by_address.get(finding.original_recipient.lower())
        )
        if told is not None:
            if is_blanket:
                _prefer_own_reply(finding, told)
            _add(finding, told)
        elif not finding.remote_mta and finding.action not in _ARRIVED:
            finding.remote_mta = hosts.named_in(finding.diagnostic)
        if exchanges:
            texts.complete(finding, exchanges)
        if len(found) == 1 and "@" not in finding.recipient:
            _name(finding, notice)
        if finding.expanded and "@" not in finding.recipient:
            finding.recipient = finding.expanded
        if not finding.diagnostic:
            finding.diagnostic = finding.context or notice.whole_text


def enrich_from_paragraphs(found: list[Finding], notice: Notice, form: Format) -> bool:
    """Do the same for formats that tell of `<address>:` in a paragraph of its own, by search alone.

    False where that does not do: another layout, or a recipient without a Diagnostic-Code.
    """
    if form.layout != COLON or not all(finding.diagnostic for finding in found):
        return False
    text = notice.first_text
    for finding in found:
        start = text.find(f"<{finding.recipient}>")
        start = text.find(":", start) + 1 if start >= 0 else 0
        if start > 0:
            said = one_line(text[start : text.find("\n\n", start)])
            _add(finding, Finding(finding.recipient, said[: layouts.MOST_SAID]))
    return True


def _name(finding: Finding, notice: Notice) -> None:
    """Say whom mail was for, where the report has only a local name, a program or nothing."""
    named = texts.named_elsewhere(notice)
    local = finding.recipient.lower()
    same = [address for address in named if address.lower().startswith(f"{local}@")]
    if same or not local or " " in local or local[0] in "|/":
        finding.recipient = (same or named or [finding.recipient])[0]


def _add(finding: Finding, told: Finding) -> None:
    recipient = finding.recipient
    local, _, domain = recipient.rpartition("@")
    if not local or not domain or " " in recipient or recipient[:1] in "|/":
        finding.recipient = told.recipient
    if told.command and not finding.command:
        finding.command = told.command
    text = told.diagnostic
    if not finding.remote_mta and finding.action not in _ARRIVED:
        finding.remote_mta = hosts.named_in(text)
    if not finding.diagnostic:
        finding.diagnostic = text
    elif len(text) > len(finding.diagnostic) and _compact(finding.diagnostic)[:24] in _compact(
        text
    ):
        finding.context = texts.without_host(text)


def _prefer_own_reply(finding: Finding, told: Finding) -> None:
    """Take the reply that the text has for this one recipient, where the fields of all of them
    repeat the reply that was the last (Haraka's do, where some failed at RCPT and more at DATA)."""
    own, others = replies.codes_in(told.diagnostic), replies.codes_in(finding.diagnostic)
    if own.smtp and own.status and own != others:
        finding.diagnostic, finding.status, finding.smtp_code = told.diagnostic, "", ""


def _compact(text: str) -> str:
    return "".join(text.split())
