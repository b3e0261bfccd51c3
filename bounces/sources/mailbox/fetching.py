"""One run at a mailbox: list, read in batches, store, and only then finish.

Whatever it dies at, nothing is lost: what is not finished is there the next time, and what was
stored before is known by its content.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bounces import roads
from bounces.models import InboundMessage, KnownMessage, Mailbox, MailboxRun
from bounces.sources.mailbox import leasing, opening, scheduling
from bounces.sources.mailbox.errors import ConnectionLost, MailboxError
from bounces.sources.mailbox.session import Position, Read, Session, number_of
from bounces.storing import Incoming, store
from bounces.text import storable
from bounces.waking import wake
from lists import stopping

log = logging.getLogger(__name__)

_BATCH_MESSAGES = 50
_BATCH_BYTES = 4 * 1024 * 1024
# Sizes are asked for so many at once.
_LOOK_AHEAD = 500
_RUNS_KEPT = 50
# A message that breaks the connection costs a new one; after so many the run has failed.
_MOST_RECONNECTS = 20
# An unreadable message is tried again after 5 minutes, then twice as long, and then left alone.
_FIRST_RETRY = timedelta(minutes=5)
_MOST_TRIES = 5
_LONGEST_WAIT = timedelta(hours=6)

_BREAKS = gettext_lazy("Reading it breaks the connection.")

Outcome = MailboxRun.Outcome


def fetch(mailbox_id: int) -> MailboxRun | None:
    """Take in what is there; None where another worker is at it, or it is gone.

    Raises OperationalError or InterfaceError where the database fails.
    """
    leased = leasing.take(mailbox_id)
    if leased is None:
        return None
    mailbox, token = leased
    mailbox.runs.filter(outcome=Outcome.RUNNING).update(
        outcome=Outcome.LOST,
        ended_at=timezone.now(),
        sentence=_("It was cut off, and nothing is lost: the next run goes on from here."),
    )
    run = MailboxRun.objects.create(mailbox=mailbox)
    try:
        _Fetch(mailbox, token, run).run()
    except leasing.LeaseLostError:
        _end(run, Outcome.LOST, _("It took too long, and another worker went on."))
    except MailboxError as error:
        _fail(run, mailbox, token, str(error))
    except (OperationalError, InterfaceError):
        # Nothing can be written now; the lease runs out, and the next run goes on.
        raise
    except Exception as error:
        log.exception("Mailbox %s could not be fetched", mailbox.pk)
        _fail(run, mailbox, token, f"{type(error).__name__}: {error}")
    _forget_old_runs(mailbox)
    return run


class _Fetch:
    """What one run has in hand."""

    def __init__(self, mailbox: Mailbox, token: UUID, run: MailboxRun) -> None:
        self._mailbox = mailbox
        self._token = token
        self._run = run
        self._until = time.monotonic() + settings.MAILBOX_RUN_SECONDS
        self._reconnects = 0
        self._session: Session | None = None
        # Of an IMAP folder whose messages stay: all up to here have been looked at.
        self._position = Position(mailbox.uid_validity, mailbox.last_uid)

    def run(self) -> None:
        self._session = opening.open_session(self._mailbox)
        try:
            complete = self._take_in()
        finally:
            # With POP3 this is what deletes.
            self._session.close()
        self._end_well(complete)

    def _take_in(self) -> bool:
        """Whether all of it was looked at before the time was up, or the process was to stop."""
        again, keys, known = self._keys()
        self._run.found = len(again) + len(keys) + known
        self._run.looked_at = known
        self._run.save(update_fields=["found", "looked_at"])
        # What could not be read before goes alone: it can only hurt itself.
        for batch in itertools.chain(([key] for key in again), self._batches(keys)):
            if time.monotonic() > self._until or stopping.is_asked():
                return False
            leasing.renew(self._mailbox.pk, self._token)
            self._take_in_batch(batch)
        return True

    def _keys(self) -> tuple[list[str], list[str], int]:
        """What is tried again, what is new, and how many more are there that are left alone."""
        assert self._session is not None
        listing = self._session.listing(self._position)
        if listing.uid_validity != self._position.uid_validity:
            self._start_again(listing.uid_validity)
            listing = self._session.listing(self._position)
        known = KnownMessage.objects.filter(mailbox=self._mailbox)
        if self._mailbox.protocol == Mailbox.Protocol.POP3:
            # What is no more on the server need not be remembered.
            gone = set(known.values_list("key", flat=True)) - set(listing.keys)
            for chunk in _chunks(sorted(gone), _LOOK_AHEAD):
                known.filter(key__in=chunk).delete()
        now = timezone.now()
        due = known.filter(is_stored=False, next_try_at__lte=now).order_by("pk")
        again = list(due.values_list("key", flat=True))
        all_known = set(known.values_list("key", flat=True))
        fresh = [key for key in listing.keys if key not in all_known]
        left_alone = all_known.difference(again)
        return again, fresh, sum(key in left_alone for key in listing.keys)

    def _start_again(self, uid_validity: int | None) -> None:
        """The folder's UIDs mean something else now (RFC 3501 2.3.1.1), or it is new to us."""
        if self._position.uid_validity is not None:
            self._run.sentence = _(
                "The server has renumbered the folder (UIDVALIDITY), so everything in it is "
                "looked at again; what was stored before is not counted twice."
            )
            KnownMessage.objects.filter(mailbox=self._mailbox).delete()
        self._position = Position(uid_validity, 0)
        self._save_position()

    def _batches(self, keys: Sequence[str]) -> Iterator[list[str]]:
        """Groups with a bounded number of messages and of bytes."""
        limit = settings.MAX_MESSAGE_BYTES
        for chunk in _chunks(keys, _LOOK_AHEAD):
            sizes = self._sizes(chunk)
            batch: list[str] = []
            held = 0
            for key in chunk:
                # Without its size it may be large.
                size = min(sizes.get(key, limit), limit)
                if batch and (len(batch) >= _BATCH_MESSAGES or held + size > _BATCH_BYTES):
                    yield batch
                    batch, held = [], 0
                batch.append(key)
                held += size
            if batch:
                yield batch

    def _sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """Bytes of each; none where one of the messages breaks the connection even for this."""
        try:
            return self._session.sizes(keys)
        except ConnectionLost as lost:
            self._reconnect(lost)
            return {}

    def _take_in_batch(self, keys: list[str]) -> None:
        found = list(self._read(keys))
        good = [read for read in found if not read.error and read.raw.strip()]
        bad = [read for read in found if read.error or not read.raw.strip()]
        done = store(self._incoming(read) for read in good)
        # From here on they are ours; only now the server may forget them.
        wake(len(done.ids))
        self._set_aside(bad)
        leasing.renew(self._mailbox.pk, self._token)
        good_keys = [read.key for read in good]
        self._forget_trouble(set(keys) - {read.key for read in bad})
        self._survive(lambda: self._session.finish(good_keys))
        self._remember(good_keys, keys)
        run = self._run
        run.looked_at += len(keys)
        run.stored += len(done.ids)
        run.duplicates += done.duplicates
        run.unreadable += len(bad)
        run.save(update_fields=["looked_at", "stored", "duplicates", "unreadable", "sentence"])

    def _incoming(self, read: Read) -> Incoming:
        return Incoming(
            raw=read.raw,
            size=read.size,
            source=InboundMessage.Source.MAILBOX,
            source_detail=f"{self._mailbox.name} {read.key}",
            road=road_key(self._mailbox.pk),
        )

    def _read(self, keys: list[str]) -> Iterator[Read]:
        """Read `keys`. Where a message breaks the connection, the others are read without it."""
        left = dict.fromkeys(keys)
        limit = settings.MAX_MESSAGE_BYTES
        try:
            for read in self._session.read(keys, limit):
                left.pop(read.key, None)
                yield read
            return
        except ConnectionLost as lost:
            self._reconnect(lost)
        if len(keys) == 1:
            yield Read(keys[0], error=str(_BREAKS))
            return
        for key in left:
            try:
                yield from self._session.read([key], limit)
            except ConnectionLost as lost:
                yield Read(key, error=str(_BREAKS))
                self._reconnect(lost)

    def _survive(self, ask):
        """What `ask()` gives, on a new connection where the old one breaks."""
        try:
            return ask()
        except ConnectionLost as lost:
            self._reconnect(lost)
            return ask()

    def _reconnect(self, lost: ConnectionLost) -> None:
        self._reconnects += 1
        # POP3 forgets deletions with the connection, and numbers messages anew.
        if self._reconnects > _MOST_RECONNECTS:
            raise lost
        self._session.close()
        self._session = opening.open_session(self._mailbox)
        if self._mailbox.protocol == Mailbox.Protocol.POP3:
            self._session.listing(self._position)

    def _set_aside(self, bad: list[Read]) -> None:
        now = timezone.now()
        for read in bad:
            known, _made = KnownMessage.objects.get_or_create(
                mailbox=self._mailbox, key=storable(read.key, 255)
            )
            known.tries += 1
            known.error = storable(read.error or _("The message is empty."), 500)
            wait = _FIRST_RETRY * 2 ** (known.tries - 1)
            known.next_try_at = now + wait if known.tries < _MOST_TRIES else None
            known.is_stored = False
            known.save()

    def _forget_trouble(self, keys: set[str]) -> None:
        KnownMessage.objects.filter(mailbox=self._mailbox, key__in=keys, is_stored=False).delete()

    def _remember(self, good: list[str], looked_at: list[str]) -> None:
        """Where messages stay, remember which need not be read again."""
        mailbox = self._mailbox
        if mailbox.afterwards != Mailbox.Afterwards.LEAVE:
            return
        if mailbox.protocol == Mailbox.Protocol.IMAP:
            last = max(map(number_of, looked_at), default=0)
            if last > self._position.last_uid:
                self._position = Position(self._position.uid_validity, last)
                self._save_position()
        elif mailbox.protocol == Mailbox.Protocol.POP3:
            KnownMessage.objects.bulk_create(
                [KnownMessage(mailbox=mailbox, key=key, is_stored=True) for key in good],
                ignore_conflicts=True,
            )

    def _save_position(self) -> None:
        Mailbox.objects.filter(pk=self._mailbox.pk, lease_token=self._token).update(
            uid_validity=self._position.uid_validity, last_uid=self._position.last_uid
        )

    def _end_well(self, complete: bool) -> None:
        run, mailbox = self._run, self._mailbox
        if run.sentence == "":
            run.sentence = _told(run)
        _end(run, Outcome.DONE if complete else Outcome.MORE, run.sentence)
        wait = timedelta(minutes=mailbox.every_minutes if complete else 0)
        leasing.give_back(mailbox.pk, self._token, timezone.now() + wait, failures=0)
        roads.worked(road_key(mailbox.pk), mailbox.name)
        # A process that is to stop would take it up again itself.
        if not complete and not stopping.is_asked():
            scheduling.announce(mailbox.pk)


def road_key(mailbox_id: int) -> str:
    """What `roads` knows the mailbox by."""
    return f"mailbox:{mailbox_id}"


def back_off(every_minutes: int, failures: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, up to hours."""
    usual = timedelta(minutes=every_minutes)
    return max(usual, min(usual * 2 ** min(failures, 20), _LONGEST_WAIT))


def _told(run: MailboxRun) -> str:
    if not run.stored and not run.duplicates and not run.unreadable:
        return _("There was nothing new.")
    said = ngettext("%(n)d message stored.", "%(n)d messages stored.", run.stored)
    parts = [said % {"n": run.stored}]
    if run.duplicates:
        parts.append(_("Known before: %(n)d.") % {"n": run.duplicates})
    if run.unreadable:
        parts.append(_("Left on the server, unreadable: %(n)d.") % {"n": run.unreadable})
    return " ".join(parts)


def _end(run: MailboxRun, outcome: str, sentence: str) -> None:
    run.outcome, run.sentence, run.ended_at = outcome, storable(sentence, 1000), timezone.now()
    run.save()


def _fail(run: MailboxRun, mailbox: Mailbox, token: UUID, sentence: str) -> None:
    failures = mailbox.failures + 1
    _end(run, Outcome.FAILED, sentence)
    next_run_at: datetime = timezone.now() + back_off(mailbox.every_minutes, failures)
    leasing.give_back(mailbox.pk, token, next_run_at, failures)
    roads.failed(road_key(mailbox.pk), mailbox.name, sentence)


def _forget_old_runs(mailbox: Mailbox) -> None:
    kept = mailbox.runs.order_by("-id").values_list("pk", flat=True)[:_RUNS_KEPT]
    mailbox.runs.filter(pk__lt=min(kept)).delete()


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
