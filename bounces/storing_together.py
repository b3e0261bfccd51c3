"""What several threads want stored at one moment, stored in one transaction: a group commit.

The first to come leads: it stores for all who have come, while those who come meanwhile wait for
the next turn, which one of them leads. Nobody waits for company, so that one alone is as quick as
ever; and the busier it is, the more there are in a turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Literal

from django.db import InterfaceError, OperationalError

from bounces import storing
from bounces.storing import Incoming, Stored, digest_of
from bounces.waking import wake

Outcome = Literal["stored", "duplicate", "refused"]

# Seconds; while it is busy.
_ANNOUNCED_EVERY = 0.1
_MOST = 100
_MOST_BYTES = 16 * 1024 * 1024
# The database's, not the message's: asking again at once for each would only make it worse.
_TROUBLE = (OperationalError, InterfaceError)


@dataclass(slots=True, eq=False)
class _Waiting:
    """A message, and its thread's wait for the answer or for its turn to lead."""

    message: Incoming
    outcome: Outcome | None = None
    error: BaseException | None = None
    called: Event = field(default_factory=Event)

    @property
    def is_answered(self) -> bool:
        return self.outcome is not None or self.error is not None


class Together:
    """The turns of one process."""

    def __init__(
        self,
        store: Callable[[Sequence[Incoming]], Stored],
        wake: Callable[[int], None],
    ) -> None:
        self._store, self._wake = store, wake
        self._lock = Lock()
        self._queue: list[_Waiting] = []
        self._is_led = False
        self._unannounced = 0
        self._announced_at = 0.0

    def store(self, message: Incoming) -> Outcome:
        """Store `message`; when this returns, it is committed, and workers are or will be told.

        Raises what storing raises; then nothing of this message is stored. Call it outside of any
        transaction: others wait for its commit.
        """
        mine = _Waiting(message)
        with self._lock:
            self._queue.append(mine)
            leads, self._is_led = not self._is_led, True
        if not leads:
            mine.called.wait()
        if not mine.is_answered:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.outcome

    def _lead(self) -> None:
        with self._lock:
            turn = _first(self._queue)
            del self._queue[: len(turn)]
        try:
            self._settle(turn)
        finally:
            for one in turn:
                if not one.is_answered:
                    one.error = OperationalError("Who was to store it was stopped.")
                one.called.set()
            number = self._hand_over(sum(one.outcome == "stored" for one in turn))
        # Last, as a broker may be slow; nobody waits for it but this thread.
        if number:
            self._wake(number)

    def _hand_over(self, stored: int) -> int:
        """Let the next one lead, if there is one; return how many to announce.

        Where a turn follows, its leader may announce those of this one too: workers that are told
        a hundred times a second would find nothing most times.
        """
        with self._lock:
            self._unannounced += stored
            now = time.monotonic()
            if self._queue:
                self._queue[0].called.set()
                if now - self._announced_at < _ANNOUNCED_EVERY:
                    return 0
            else:
                self._is_led = False
            number, self._unannounced, self._announced_at = self._unannounced, 0, now
            return number

    def _settle(self, turn: Sequence[_Waiting]) -> None:
        try:
            stored = self._store([one.message for one in turn])
        except Exception as error:
            if len(turn) == 1 or isinstance(error, _TROUBLE):
                for one in turn:
                    one.error = error if one is turn[0] else type(error)(*error.args)
                return
            # One message must not hurt the others.
            for one in turn:
                self._settle([one])
            return
        new = set(stored.digests)
        for one in turn:
            digest = digest_of(one.message)
            if digest in new:
                one.outcome = "stored"
                new.remove(digest)
            else:
                one.outcome = "duplicate" if one.message.raw.strip() else "refused"


def _first(queue: Sequence[_Waiting]) -> list[_Waiting]:
    """As many as are stored at once, one at least."""
    held = 0
    for n, one in enumerate(queue[:_MOST]):
        held += len(one.message.raw)
        if n and held > _MOST_BYTES:
            return list(queue[:n])
    return list(queue[:_MOST])


_together = Together(lambda messages: storing.store(messages), wake)


def store(message: Incoming) -> Outcome:
    """`Together.store` of this process."""
    return _together.store(message)
