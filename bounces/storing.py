"""Storing what arrived, before anyone acknowledges it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField
from django.db.models.functions import Cast
from django.utils import timezone

from bounces import kept_words, once
from bounces.collecting import without_collecting
from bounces.models import InboundMessage, RawMessage, SeenMessage
from bounces.text import storable
from lists import bulk, copying

# A batch is written when it holds so many messages or bytes, whichever comes first.
_BATCH_BYTES = 16 * 1024 * 1024
# So many are quicker written in one statement than copied.
_FEW = 100
_OF_MESSAGE = [f for f in InboundMessage._meta.concrete_fields if not f.primary_key]
_OF_TEXT = [f for f in RawMessage._meta.concrete_fields if not f.primary_key]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a source hands it over.

    `size` is what the message had where the source cut it; `received_at` is now unless given.
    """

    raw: bytes
    source: str
    source_detail: str = ""
    envelope_sender: str = ""
    envelope_recipient: str = ""
    client_ip: str = ""
    client_helo: str = ""
    received_at: datetime | None = None
    size: int = 0
    content_type: str = InboundMessage.ContentType.MAIL
    endpoint_id: int | None = None
    road: str = ""
    """Key of the road it came by (`bounces.roads`), where its source has several."""
    identity: bytes = b""
    """What makes it the same as another, where that is not its content and recipient."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that was not stored, and why."""

    source_detail: str
    why: str


@dataclass(slots=True)
class Stored:
    """What `store` did: the rows it made, how many it had before, what it refused."""

    ids: list[int] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    duplicates: int = 0
    refused: list[Refusal] = field(default_factory=list)


def store(messages: Iterable[Incoming]) -> Stored:
    """Write `messages` to the database; when it returns, all of them are committed.

    A message that is there already is counted as a duplicate, an empty one is refused, a long one
    is cut to `MAX_MESSAGE_BYTES` and says so in its note. Wake the workers with `.ids`.
    """
    stored = Stored()
    for batch in _batches(messages):
        with without_collecting():
            _store_batch(batch, stored)
    return stored


def _store_batch(batch: list[Incoming], stored: Stored) -> None:
    rows: dict[str, _Row] = {}
    now = timezone.now()
    for message in batch:
        if not message.raw.strip():
            stored.refused.append(Refusal(message.source_detail, "The message is empty."))
            continue
        row = _row(message, now)
        stored.duplicates += row.message.digest in rows
        rows.setdefault(row.message.digest, row)
    if len(rows) <= _FEW and connection.vendor == "postgresql":
        made = _save_few(list(rows.values())) if rows else {}
        stored.ids += made.values()
        stored.digests |= made.keys()
        stored.duplicates += len(rows) - len(made)
        return
    with transaction.atomic():
        bulk.find_by_keys()
        known = _known(rows)
        fresh = [row for digest, row in rows.items() if digest not in known]
        made = _save(fresh) if fresh else []
    stored.ids += made
    stored.digests |= rows.keys() - known
    stored.duplicates += len(known)


def _known(digests: Collection[str]) -> set[str]:
    """Those of messages that came before, also of such whose row was deleted since.

    In one statement: a row that is deleted at this moment is found here or there.
    """
    of_key = {once.key_of(digest): digest for digest in digests}
    there = InboundMessage.objects.filter(digest__any_of=digests)
    deleted = SeenMessage.objects.filter(key__any_of=of_key.keys())
    found = there.values_list("digest").union(
        deleted.values_list(Cast("key", CharField())), all=True
    )
    return {of_key[once.key_of(text.replace("-", ""))] for (text,) in found}


@dataclass(frozen=True, slots=True)
class _Row:
    """What is written of a message."""

    message: InboundMessage
    raw: RawMessage


def _save(rows: list[_Row]) -> list[int]:
    """Write the rows; return their ids, and those of rows that another process wrote meanwhile."""
    for row, pk in zip(rows, bulk.reserve_ids(InboundMessage, len(rows)), strict=True):
        row.message.id = row.raw.message_id = pk
    ids = [row.message.id for row in rows]
    if bulk.insert([row.message for row in rows]) < len(rows):
        there = InboundMessage.objects.filter(digest__any_of={r.message.digest for r in rows})
        ids = list(there.order_by("id").values_list("id", flat=True))
    written = set(ids)
    bulk.insert([row.raw for row in rows if row.raw.message_id in written])
    return ids


def _save_few(rows: list[_Row]) -> dict[str, int]:
    """Write those that did not come before in one statement; return their ids by their digests.

    The same as `_known` and `_save` do: a round trip to the database costs as much as ten rows.
    """
    values = [
        (*message, *text)
        for message, text in zip(
            bulk.values_of(_OF_MESSAGE, [row.message for row in rows]),
            bulk.values_of(_OF_TEXT, [row.raw for row in rows]),
            strict=True,
        )
    ]
    source, parameters = copying.rows_of_arrays([*_OF_MESSAGE, *_OF_TEXT], values)
    of_message, of_text = bulk.columns(_OF_MESSAGE), bulk.columns(_OF_TEXT)
    messages, texts, deleted = (m._meta.db_table for m in (InboundMessage, RawMessage, SeenMessage))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH told AS MATERIALIZED ({source}), message AS (
                INSERT INTO {messages} ({of_message}) SELECT {of_message} FROM told
                WHERE NOT EXISTS (SELECT FROM {messages} AS m WHERE m.digest = told.digest)
                AND NOT EXISTS (SELECT FROM {deleted} WHERE key = left(told.digest, 32)::uuid)
                ON CONFLICT (digest) DO NOTHING RETURNING id, digest
            ), text AS (
                INSERT INTO {texts} (message_id, {of_text})
                SELECT id, {of_text} FROM message JOIN told USING (digest)
            ) SELECT digest, id FROM message
            """,
            parameters,
        )
        return dict(cursor.fetchall())


def _batches(messages: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    size = 0
    for message in messages:
        batch.append(message)
        size += len(message.raw)
        if len(batch) >= settings.PIPELINE_BATCH_SIZE or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _row(message: Incoming, now: datetime) -> _Row:
    limit = settings.MAX_MESSAGE_BYTES
    size = max(message.size, len(message.raw))
    note = ""
    if size > limit or len(message.raw) < size:
        note = kept_words.CUT % {
            "kept": f"{min(limit, len(message.raw)):,}",
            "size": f"{size:,}",
        }
    row = bulk.made(
        InboundMessage,
        digest=digest_of(message),
        size=size,
        source=message.source,
        source_detail=storable(message.source_detail, 255),
        road=message.road or message.source,
        content_type=message.content_type,
        endpoint_id=message.endpoint_id,
        envelope_sender=storable(message.envelope_sender, 320),
        envelope_recipient=storable(message.envelope_recipient, 320),
        client_ip=storable(message.client_ip, 45),
        client_helo=storable(message.client_helo, 255),
        received_at=message.received_at or now,
        queued_at=now,
        note=note,
    )
    return _Row(row, bulk.made(RawMessage, content=message.raw[:limit], stored_at=now))


def digest_of(message: Incoming) -> str:
    """What makes a message the same as another: content and envelope recipient.

    Line ends and blank lines at the end differ between roads and do not count.
    """
    if message.identity:
        return hashlib.sha256(message.identity).hexdigest()
    content = message.raw[: settings.MAX_MESSAGE_BYTES].replace(b"\r\n", b"\n").rstrip()
    envelope = message.envelope_recipient.lower().encode(errors="replace")
    return hashlib.sha256(envelope + b"\n" + content).hexdigest()
