"""One person's data among what came back: at hand, and forgotten with the counts untouched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bounces import archiving
from bounces.models import BounceEvent, InboundMessage, RawMessage, SenderHour
from lists.pseudonyms import forms, pseudonym

_ROWS_AT_ONCE = 1000
# What a message's text says of a person besides the address itself.
_SAID = {
    "reported_recipient": "",
    "diagnostic": "",
    "evidence": "",
    "proof_note": "",
    "original_message_id": "",
}
NAMELESS = {"envelope_sender": "", "envelope_recipient": "", "subject": ""}
"""What a message's row says of people, gone."""


def data_of(address: str) -> dict[str, object]:
    """All events about a canonical `address`, as plain values."""
    events = _events_of(address).order_by("pk")
    return {
        "bounce events": list(
            events.values(
                "id",
                "occurred_at",
                "kind",
                "category",
                "reason",
                "status",
                "smtp_code",
                "diagnostic",
                "reported_recipient",
                "mailing_list__name",
                "campaign__name",
                "trust",
                "effect",
                "remote_mta",
                "original_message_id",
                "message_id",
            )
        )
    }


def messages_of(address: str) -> Iterator[tuple[int, bytes]]:
    """The raw messages that are about this person and nobody else, by their ids.

    Raises `raw_storage.UnavailableError` where one is in object storage that does not answer.
    """
    known_as = list(forms([address]))
    ids = _events_of(address).values_list("message_id", flat=True).distinct()
    others = BounceEvent.objects.exclude(address__in=known_as)
    for pk in list(ids):
        if others.filter(message_id=pk).exists():
            continue
        raw = RawMessage.objects.filter(pk=pk).first()
        if raw is not None:
            yield pk, raw.read()


@transaction.atomic
def erase(address: str) -> int:
    """Forget a canonical `address`: its events stay as numbers about nobody; return how many.

    The messages' text is deleted, also where it is about others as well.
    """
    events = list(_events_of(address).values_list("pk", "message_id"))
    for start in range(0, len(events), _ROWS_AT_ONCE):
        part = events[start : start + _ROWS_AT_ONCE]
        BounceEvent.objects.filter(pk__in=[pk for pk, _ in part]).update(
            address="", domain="", forgotten_at=timezone.now(), **_SAID
        )
        _forget_messages({message_id for _, message_id in part})
    SenderHour.objects.filter(sender__iexact=address).delete()
    return len(events)


def forget_old_events() -> Iterator[int]:
    """Put pseudonyms in the place of addresses in events of `EVENT_RETENTION_DAYS` ago.

    Yields how many, piece by piece. Who has the address still finds them; reading them tells it to
    nobody. Counts, duplicates and suppressions do not notice.
    """
    if not settings.EVENT_RETENTION_DAYS:
        return
    before = timezone.now() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    old = BounceEvent.objects.filter(occurred_at__lt=before, forgotten_at__isnull=True)
    while rows := list(
        old.order_by("occurred_at").only("pk", "address", "message_id")[:_ROWS_AT_ONCE]
    ):
        yield _forget(rows)


def hide(event: BounceEvent) -> None:
    """Put the pseudonym in the place of an event's address, without saving it."""
    # An event without an address is about nobody that we mailed.
    event.address = pseudonym(event.address) if "@" in event.address else event.address
    event.forgotten_at = timezone.now()
    for name, value in _SAID.items():
        setattr(event, name, value)


@transaction.atomic
def _forget(rows: list[BounceEvent]) -> int:
    for row in rows:
        hide(row)
    BounceEvent.objects.bulk_update(
        rows, ["address", "forgotten_at", *_SAID], batch_size=_ROWS_AT_ONCE
    )
    _forget_messages({row.message_id for row in rows})
    return len(rows)


def _forget_messages(ids: set[int]) -> None:
    done = InboundMessage.objects.filter(pk__in=ids).exclude(state=InboundMessage.State.PENDING)
    # Locked, so that nobody has one of them processed again meanwhile.
    locked = list(done.select_for_update().order_by("pk").values_list("pk", flat=True))
    InboundMessage.objects.filter(pk__in=locked).update(**NAMELESS, note="")
    archiving.delete_texts(locked)


def _events_of(address: str) -> QuerySet[BounceEvent]:
    return BounceEvent.objects.filter(address__in=list(forms([address])))
