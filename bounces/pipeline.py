"""A bounce's way from the stored message to the counts, a batch at a time.

claim -> parse -> attribute -> one transaction: events, policy, counts, done (what another app
takes, such as a DMARC report, is kept instead of becoming an event). Whatever a worker
dies at, the transaction did all of it or nothing, and the sweep finds the message again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from bounces import eventing, kept_words, looping, origins, roads, taking
from bounces.attributing import Arrived, attribute
from bounces.collecting import without_collecting
from bounces.models import InboundMessage, RawMessage
from bounces.parsing import parse
from bounces.sources.webhooks import interpreting
from bounces.sources.webhooks.interpreting import Interpreted
from bounces.taking import Taken, Understood
from bounces.text import storable
from lists import bulk, counting

log = logging.getLogger(__name__)

Outcomes = Counter[str]

# After this many tries that ended with the worker's death a message is set aside.
MAX_ATTEMPTS = 3
_BATCH_BYTES = 32 * 1024 * 1024
_IDS_AT_ONCE = 5000
# What of a message nothing on the way asks for.
_NOT_READ = ("size", "road", "source_detail", "queued_at", "processed_at")
# Database trouble is no fault of the message: it is tried again later, by the sweep.
_DATABASE_TROUBLE = (OperationalError, InterfaceError)


def process(ids: Sequence[int]) -> Outcomes:
    """Bring the pending messages among `ids` all the way; return how many of each kind.

    Safe to call twice, at once, and with ids that are done. A message that fails is set aside
    with its error (`failed`) and does not hold up the others. Raises only on database trouble,
    after giving back what it claimed.
    """
    outcomes: Outcomes = Counter()
    for batch in _batches(ids):
        with without_collecting():
            outcomes += _process_or_split(claim(batch))
    if outcomes:
        roads.worked(roads.WORK, "Work")
    return outcomes


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    """Group pending ids so that a batch has a bounded number of rows and of bytes.

    What was tried before may have killed its worker. It is a batch of its own, claimed alone: it
    can only hurt itself, and no other one's tries are counted where it does.
    """
    batch: list[int] = []
    held = 0
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        chunk = InboundMessage.objects.filter(pk__any_of=set(some)).order_by("pk")
        for pk, state, size, tries in chunk.values_list("pk", "state", "size", "attempts"):
            if state != InboundMessage.State.PENDING:
                continue
            if tries:
                yield [pk]
                continue
            size = min(size, settings.MAX_MESSAGE_BYTES)
            if batch and (len(batch) >= settings.PIPELINE_BATCH_SIZE or held + size > _BATCH_BYTES):
                yield batch
                batch, held = [], 0
            batch.append(pk)
            held += size
    if batch:
        yield batch


def claim(ids: Sequence[int]) -> list[InboundMessage]:
    """Take the pending messages among `ids` that nobody is at, and count the try.

    The claim is committed before the work, so that a message that kills its worker is known by
    its tries. Those with too many are set aside here.
    """
    now = timezone.now()
    with transaction.atomic():
        bulk.find_by_keys()
        # Which are free is seen here: asked for it, PostgreSQL might look for them among all that
        # are pending, rather than by their keys.
        named = InboundMessage.objects.filter(pk__any_of=set(ids))
        rows = [row for row in _read(named.select_for_update(skip_locked=True)) if row.is_free]
        worn_out = [row.id for row in rows if row.attempts >= MAX_ATTEMPTS]
        InboundMessage.objects.filter(pk__in=worn_out).update(
            state=InboundMessage.State.FAILED,
            claimed_at=None,
            processed_at=now,
            error=kept_words.SET_ASIDE % {"n": MAX_ATTEMPTS},
        )
        rows = [row for row in rows if row.attempts < MAX_ATTEMPTS]
        InboundMessage.objects.filter(pk__any_of={row.id for row in rows}).update(
            attempts=F("attempts") + 1, claimed_at=now
        )
        _read_texts(rows)
    for row in rows:
        row.attempts += 1
    return rows


def _read(messages: QuerySet[InboundMessage]) -> list[InboundMessage]:
    """Read them in their order, without their texts."""
    return bulk.read(messages.order_by("pk"), but=_NOT_READ)


def _read_texts(rows: list[InboundMessage]) -> None:
    """Give each of `rows` its text."""
    texts = RawMessage.objects.filter(pk__any_of={row.id for row in rows})
    of_message = {text.message_id: text for text in bulk.read(texts, but=("stored_at",))}
    for row in rows:
        InboundMessage.original.related.set_cached_value(row, of_message.get(row.id))


def _process_or_split(rows: list[InboundMessage]) -> Outcomes:
    """Process a batch in one go; where that fails, in halves, until only the bad one fails."""
    if not rows:
        return Counter()
    try:
        return _process_batch(rows)
    except _DATABASE_TROUBLE:
        _give_back(rows)
        raise
    except Exception as error:
        if len(rows) == 1:
            log.exception("Message %s could not be processed", rows[0].id)
            return _set_aside(rows[0], error)
    # Anew, for what failed may have written into these.
    rows = _read(InboundMessage.objects.filter(pk__any_of={row.id for row in rows}))
    _read_texts(rows)
    half = len(rows) // 2
    return _process_or_split(rows[:half]) + _process_or_split(rows[half:])


def _process_batch(rows: list[InboundMessage]) -> Outcomes:
    if any(row.raw is None for row in rows):
        raise kept_words.SaidError(kept_words.TEXT_GONE)
    requests = _interpret(rows)
    arrived = [
        (row, said)
        for row in rows
        for said in (requests[row.id].events if row.id in requests else [_of_mail(row)])
    ]
    attributions = attribute([said for _, said in arrived])
    understood = [
        Understood(row, said.parsed, about, said.voucher)
        for (row, said), about in zip(arrived, attributions, strict=True)
    ]
    of_mail = [item for item in understood if item.row.id not in requests]
    taken = taking.taken(of_mail)
    left = [item for item in of_mail if item.row.id not in taken]
    proofs = origins.proved(left)
    loops = looping.tell_apart(left, proved={pk for pk, _ in proofs})
    taken |= loops.taken
    _say_of_mail([item for item in understood if item.row.id not in requests], taken)
    told = [(row, requests[row.id]) for row in rows if row.id in requests]
    interpreting.say(told)
    with transaction.atomic():
        bulk.find_by_keys()
        # First, which locks them: what somebody else has finished meanwhile is not ours to count.
        still = _finish(rows)
        rows = [row for row in rows if row.id in still]
        understood = [item for item in understood if item.row.id in still]
        counts = eventing.record((i for i in understood if i.row.id not in taken), proofs)
        for item in understood:
            mine = taken.get(item.row.id)
            if mine is not None and mine.keep is not None:
                mine.keep()
        told = [(row, said) for row, said in told if row.id in still]
        interpreting.keep(told)
        # Last, and each in its order: all workers add to these rows, and hold them until the end.
        loops.count(still)
        interpreting.count(told)
        counting.add(counts)
    failed = InboundMessage.State.FAILED
    return Counter("failed" if row.state == failed else row.kind for row in rows)


def _of_mail(row: InboundMessage) -> Arrived:
    return Arrived(parse(row.raw), row.envelope_recipient)


def _interpret(rows: list[InboundMessage]) -> dict[int, Interpreted]:
    """What the webhook requests among `rows` say."""
    endpoints = interpreting.endpoints_of(rows)
    return {
        row.id: interpreting.interpret(row, endpoints.get(row.endpoint_id))
        for row in rows
        if row.content_type == InboundMessage.ContentType.REQUEST
    }


def _say_of_mail(understood: list[Understood], taken: Mapping[int, Taken]) -> None:
    """Note on the rows what became of their mail."""
    for item in understood:
        row, parsed, mine = item.row, item.parsed, taken.get(item.row.id)
        is_held = mine is not None and mine.held_sender
        row.state = InboundMessage.State.HELD if is_held else InboundMessage.State.PROCESSED
        row.held_sender = mine.held_sender if is_held else row.held_sender
        row.kind = mine.kind if mine else parsed.kind
        row.subject = storable(parsed.subject, 255)
        notes = (row.note, parsed.note, mine.note if mine else "")
        row.note = storable(" ".join(filter(None, notes)), 255)


def _finish(rows: list[InboundMessage]) -> set[int]:
    """Write the rows that are still pending; return their ids."""
    now = timezone.now()
    for row in rows:
        row.processed_at = now
        row.claimed_at = None
    return bulk.update(
        rows,
        ["state", "processed_at", "claimed_at", "kind", "subject", "note", "error", "held_sender"],
        where={"state": InboundMessage.State.PENDING.value},
    )


def _give_back(rows: list[InboundMessage]) -> None:
    """Release the claims, as far as the database can be reached; else they run out."""
    try:
        InboundMessage.objects.pending().filter(pk__any_of={row.id for row in rows}).update(
            claimed_at=None,
            attempts=F("attempts") - 1,
            queued_at=timezone.now() - timedelta(days=1),
        )
    except _DATABASE_TROUBLE:
        log.warning("%d claimed messages wait for their claim to run out", len(rows))


def _set_aside(row: InboundMessage, error: Exception) -> Outcomes:
    said = isinstance(error, kept_words.SaidError)
    InboundMessage.objects.pending().filter(pk=row.id).update(
        state=InboundMessage.State.FAILED,
        claimed_at=None,
        processed_at=timezone.now(),
        error=storable(str(error) if said else f"{type(error).__name__}: {error}", 2000),
    )
    return Counter(failed=1)
