"""From what a message says to events that are not saved yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from bounces import once
from bounces.attributing import Attribution
from bounces.models import BounceEvent, InboundMessage
from bounces.parsing import ParsedMessage, Report
from bounces.taking import Understood
from bounces.text import storable
from lists import bulk
from lists.addresses import canonical, domain_of

Kind, Trust = BounceEvent.Kind, BounceEvent.Trust

# How far a live message's Date may be from its arrival before its clock is taken for wrong.
_CREDIBLE_CLOCK = timedelta(days=7)
_KINDS_OF_ACTIONS = {
    "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}
# The kinds that give rise to something; the others of a message are `other`.
_TELLING = {*Kind.values, "sent"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a message says of one recipient, as an event that is not saved yet."""

    event: BounceEvent
    source_key: once.Key | None
    """The event's number at who reported it, if it has one: told twice, it is one."""
    mail: str
    """What tells two mails to one person apart."""
    is_kept: bool
    """False for what webhooks tell of mail that was sent or delivered: there is too much of it to
    keep, so it is only counted."""
    is_known_mail: bool
    """We know the mail by its Message-ID."""
    counts_sent: bool
    """It tells of a mail that counts as sent."""


def drafts(item: Understood) -> Iterator[Draft]:
    """What one message gives rise to; nothing where it is `other`."""
    row, parsed, about, voucher = item.row, item.parsed, item.attribution, item.voucher
    if parsed.kind not in _TELLING:
        return
    # The original's Message-ID serves best: every road names it. Else this message's own, or the
    # number that the mail service has for the mail.
    mail = parsed.original_message_id or parsed.message_id or row.digest
    source_key = voucher.source_key if voucher else ""
    at = _occurred_at(row, parsed.date, is_vouched=voucher is not None)
    for report in parsed.reports or (Report(recipient="", category="", reason="undefined"),):
        event = _event(row, parsed, report, about, at)
        told_as = digest(source_key, event.trust, event.reported_recipient) if source_key else ""
        yield Draft(
            event=event,
            source_key=once.key_of(told_as) if told_as else None,
            mail=mail,
            is_kept=parsed.kind != "sent" and not (voucher and parsed.kind == Kind.DELIVERED),
            is_known_mail=about.is_known_mail,
            counts_sent=voucher is not None and voucher.counts_sent,
        )


def dedupe_key(draft: Draft) -> once.Key:
    """What makes two events the same: kind, person, mail, and whether it is proved.

    Trust is part of it, so that a forgery that comes first cannot shut out the real bounce.
    """
    event = draft.event
    person = event.address or event.reported_recipient.lower()
    return once.key_of(digest(event.kind, event.trust, person, draft.mail))


def digest(*parts: str) -> str:
    """SHA-256 of `parts`, which cannot run into each other."""
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _event(
    row: InboundMessage, parsed: ParsedMessage, report: Report, about: Attribution, at: datetime
) -> BounceEvent:
    address = about.recipient or canonical(report.recipient, settings.FOLD_LOCAL_PART)
    kind = _kind_of(parsed.kind, report)
    event = bulk.made(
        BounceEvent,
        message_id=row.id,
        occurred_at=at,
        kind=kind,
        category=report.category if kind in (Kind.BOUNCE, Kind.DELAYED) else "",
        reason=storable(report.reason, 32),
        status=storable(report.status, 16),
        smtp_code=storable(report.smtp_code, 3),
        action=storable(report.action, 16),
        diagnostic=storable(report.diagnostic, 4000),
        address=address,
        domain=domain_of(address),
        reported_recipient=storable(report.recipient, 320),
        campaign_id=about.campaign_id,
        mailing_list_id=about.list_id,
        trust=Trust.VERIFIED if about.proof else Trust.UNVERIFIED,
        proof=about.proof,
        remote_mta=storable(report.remote_mta, 255),
        reporting_mta=storable(report.reporting_mta, 255),
        original_message_id=storable(parsed.original_message_id, 255),
        rule=storable(report.rule, 120),
        evidence=storable(report.evidence, 2000),
    )
    BounceEvent.message.field.set_cached_value(event, row)
    return event


def _kind_of(kind: str, report: Report) -> str:
    """What the message is for this recipient: in one report some may have got the mail.

    RFC 3464 2.3.3 gives each recipient an action of its own.
    """
    return _KINDS_OF_ACTIONS.get(report.action, kind) if kind == Kind.BOUNCE else kind


def _occurred_at(row: InboundMessage, date: datetime | None, *, is_vouched: bool) -> datetime:
    """The message's own Date where it is credible.

    Always in an archive and from a mail service, else near its arrival.
    """
    if date is None or date > row.received_at + timedelta(days=1):
        return row.received_at
    if is_vouched or row.source == InboundMessage.Source.FILE:
        return date
    return date if row.received_at - date < _CREDIBLE_CLOCK else row.received_at
