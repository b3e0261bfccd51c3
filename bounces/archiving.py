"""Raw messages move from the database into object storage once they are processed.

Whatever may still be processed stays in the database: neither storing nor the pipeline waits for
object storage. An object that no row names is noted as loose (`LooseObject`) before it is written,
and in the transaction that lets it go; so whatever dies when, none is forgotten.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from bounces import raw_storage, roads
from bounces.models import InboundMessage, LooseObject, RawMessage
from bounces.raw_storage import UnavailableError
from lists import bulk, stopping

# Messages are numbered when they are stored, and seen a moment later: all older ones are seen now.
_SETTLED = timedelta(minutes=10)
# No upload takes that long: what is loose for longer is nobody's.
_LOOSE = timedelta(hours=1)
_ROWS_AT_ONCE = 200
_BYTES_AT_ONCE = 32 * 1024 * 1024
_CONNECTIONS = 8
_ENDINGS = {
    InboundMessage.ContentType.MAIL: "eml",
    InboundMessage.ContentType.REQUEST: "http",
}

Moved = Callable[[int], object]


def archive(seconds: float, moved: Moved = lambda number: None) -> int:
    """Move the texts of processed messages, oldest first, for about `seconds`; return how many.

    Two at once only do some work twice. `moved` is called after each piece with how many it had.
    Raises UnavailableError, after keeping what went well.
    """
    ends = time.monotonic() + seconds
    done = 0
    while time.monotonic() < ends and not stopping.is_asked() and (rows := _to_archive()):
        number, error = _archive(rows)
        done += number
        moved(number)
        if error is not None:
            raise error
    return done


def bring_back(moved: Moved = lambda number: None) -> int:
    """Move everything back into the database; return how many. Raises UnavailableError."""
    done = 0
    while rows := list(RawMessage.objects.exclude(object_name="").order_by("pk")[:_ROWS_AT_ONCE]):
        number, error = _bring_back(rows)
        done += number
        moved(number)
        if error is not None:
            raise error
    return done


def delete_texts(ids: Iterable[int]) -> int:
    """Delete the raw texts of these messages, wherever they are; return how many there were.

    Within a transaction; objects go soon after it, by `delete_loose`.
    """
    rows = RawMessage.objects.filter(pk__in=list(ids))
    names = rows.exclude(object_name="").values_list("object_name", flat=True)
    _let_go(names)
    return rows.delete()[0]


def delete_loose(seconds: float = math.inf) -> int:
    """Delete objects that no message names; return how many. Raises UnavailableError.

    For about `seconds`, but some at least: a night lets a day's go at once.
    """
    ends = time.monotonic() + seconds
    old = LooseObject.objects.filter(is_given_up=False, noted_at__lt=timezone.now() - _LOOSE)
    # Said before it is done: an upload that ends only now sees that it came too late.
    old.update(is_given_up=True)
    done = 0
    given_up = LooseObject.objects.filter(is_given_up=True).order_by("name")
    while names := list(given_up.values_list("name", flat=True)[:_ROWS_AT_ONCE]):
        gone, error = _each(raw_storage.delete, [(name,) for name in names])
        LooseObject.objects.filter(name__in=names[: len(gone)]).delete()
        done += len(gone)
        if error is not None:
            raise error
        if stopping.is_asked() or time.monotonic() >= ends:
            break
    return done


def run(seconds: float) -> None:
    """What the scheduler calls: archive and tidy up, and keep for people to see whether it went."""
    if not raw_storage.is_set_up():
        return
    try:
        began = time.monotonic()
        archive(seconds)
        delete_loose(seconds - (time.monotonic() - began))
    except UnavailableError as error:
        roads.failed(roads.ARCHIVE, "Object storage", str(error))
    else:
        roads.worked(roads.ARCHIVE, "Object storage")


def _to_archive() -> list[RawMessage]:
    """The next ones: they move in the order of their numbers, so that the last one tells where.

    What failed or is held back is passed by, and stays in the database.
    """
    in_storage = RawMessage.objects.exclude(object_name="").order_by("-pk")
    last = in_storage.values_list("pk", flat=True).first() or 0
    waiting = InboundMessage.objects.pending().aggregate(first=Min("pk"))["first"]
    rows = RawMessage.objects.filter(
        pk__gt=last,
        content__isnull=False,
        message__state=InboundMessage.State.PROCESSED,
        stored_at__lt=timezone.now() - _SETTLED,
    ).order_by("pk")
    if waiting is not None:
        rows = rows.filter(pk__lt=waiting)
    ids: list[int] = []
    held = 0
    for pk, size in rows.values_list("pk", "message__size")[:_ROWS_AT_ONCE]:
        held += size
        if ids and held > _BYTES_AT_ONCE:
            break
        ids.append(pk)
    # Asked for again: another worker may have moved some meanwhile.
    still = RawMessage.objects.filter(pk__in=ids, content__isnull=False)
    return list(still.select_related("message").order_by("pk"))


def _archive(rows: list[RawMessage]) -> tuple[int, UnavailableError | None]:
    names = [_name(row) for row in rows]
    LooseObject.objects.bulk_create([LooseObject(name=name) for name in names])
    uploads = [(name, row.content) for name, row in zip(names, rows, strict=True)]
    kept, error = _each(raw_storage.put, uploads)
    with transaction.atomic():
        named = LooseObject.objects.filter(name__in=names[: len(kept)], is_given_up=False)
        in_time = set(named.select_for_update().order_by("name").values_list("name", flat=True))
        there = RawMessage.objects.filter(pk__in=[row.pk for row in rows], content__isnull=False)
        still = set(there.select_for_update().order_by("pk").values_list("pk", flat=True))
        moved = []
        for row, name in zip(rows, names, strict=True):
            if row.pk in still and name in in_time:
                row.content, row.object_name = None, name
                moved.append(row)
        bulk.update(moved, ["content", "object_name"])
        LooseObject.objects.filter(name__in=[row.object_name for row in moved]).delete()
    return len(moved), error


def _bring_back(rows: list[RawMessage]) -> tuple[int, UnavailableError | None]:
    found, error = _each(raw_storage.read, [(row.object_name,) for row in rows])
    with transaction.atomic():
        named = RawMessage.objects.filter(pk__in=[row.pk for row in rows], content__isnull=True)
        still = set(named.select_for_update().order_by("pk").values_list("pk", flat=True))
        back = [
            (row, row.object_name, content)
            for row, content in zip(rows, found, strict=False)
            if row.pk in still
        ]
        for row, _, content in back:
            row.content, row.object_name = content, ""
        bulk.update([row for row, _, _ in back], ["content", "object_name"])
        _let_go(name for _, name, _ in back)
    return len(back), error


def _each(call, arguments: Sequence[tuple]) -> tuple[list, UnavailableError | None]:
    """Call with each of them, several at once: what came of those before the first that failed."""
    results: list = []
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        waiting = [pool.submit(call, *some) for some in arguments]
        for future in waiting:
            try:
                results.append(future.result())
            except UnavailableError as error:
                for later in waiting:
                    later.cancel()
                return results, error
    return results, None


def _name(row: RawMessage) -> str:
    """A name that is used once, under the day of arrival, with what the content is known by."""
    ending = _ENDINGS[InboundMessage.ContentType(row.message.content_type)]
    content = hashlib.sha256(row.content).hexdigest()[:16]
    return (
        f"{row.message.received_at:%Y/%m/%d}/{row.pk}-{content}-{secrets.token_hex(4)}.{ending}.zst"
    )


def _let_go(names: Iterable[str]) -> None:
    LooseObject.objects.bulk_create(
        [LooseObject(name=name, is_given_up=True) for name in names], ignore_conflicts=True
    )
