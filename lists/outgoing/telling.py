"""What happened to addresses and lists, as other systems are told it.

Call these within the transaction in which it happens. Where nobody wants to be told they cost one
query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from lists.models import BandChange, Suppression
from lists.outgoing import kinds
from lists.outgoing.outbox import publish

if TYPE_CHECKING:
    from lists.suppressing import Removal


def suppressed(rows: Iterable[tuple[Suppression, str]], actor: str) -> None:
    """Suppressions that were made or made weightier, each with why."""
    publish(kinds.SUPPRESSED, (_suppression(row, why, actor) for row, why in rows))


def unsuppressed(rows: Iterable[Suppression], why: str, actor: str) -> None:
    """Suppressions that were lifted."""
    publish(kinds.UNSUPPRESSED, (_suppression(row, why, actor) for row in rows))


def removed(removals: Iterable[Removal], actor: str) -> None:
    """People who were taken off a list."""
    publish(kinds.REMOVED, (_removal(removal, actor) for removal in removals))


def restored(removals: Iterable[Removal], actor: str) -> None:
    """People who were put back on a list."""
    publish(kinds.RESTORED, (_removal(removal, actor) for removal in removals))


def complained(rows: Iterable[tuple[str, int, datetime, str]]) -> None:
    """Address, list, time and evidence of each who reported a message as spam."""
    publish(
        kinds.COMPLAINED,
        [
            {"address": address, "list": list_id, "at": at, "evidence": evidence}
            for address, list_id, at, evidence in rows
        ],
    )


def band_changed(changes: Iterable[BandChange]) -> None:
    """Lists and campaigns that went to another band."""
    publish(kinds.BAND_CHANGED, (_band_change(change) for change in changes))


def alerted(alerts: Iterable[Mapping[str, object]]) -> None:
    """What people are alerted to: `alert`, `key`, `kind`, `level`, `title`, `detail`, `since`."""
    publish(kinds.ALERTED, list(alerts))


def _suppression(row: Suppression, why: str, actor: str) -> Mapping[str, object]:
    return {
        "suppression": row.id,
        "address": row.address,
        "scope": row.scope,
        "stream": row.stream,
        "list": row.mailing_list_id,
        "cause": row.cause,
        "reason": row.reason,
        "evidence": row.evidence,
        "since": row.since,
        "until": row.until,
        "why": why,
        "actor": actor,
    }


def _removal(removal: Removal, actor: str) -> Mapping[str, object]:
    return {
        "address": removal.subscription.subscriber.canonical,
        "list": removal.subscription.mailing_list_id,
        "why": removal.why,
        "evidence": removal.evidence,
        "actor": actor,
    }


def _band_change(change: BandChange) -> Mapping[str, object]:
    return {
        "list": change.mailing_list_id,
        "list_name": change.mailing_list.name,
        "campaign": change.campaign_id,
        "campaign_name": change.campaign.name if change.campaign else "",
        "before": change.before,
        "after": change.after,
        "sent": change.sent,
        "bounced": change.bounced,
        "at": change.at,
    }
