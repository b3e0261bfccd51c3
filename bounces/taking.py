"""Messages that came by the same roads but are no bounces to count: other apps take them.

Imports run `diagnostics -> bounces`, so an app that wants such messages registers here. It is asked
for a whole batch outside of any transaction, says which messages it takes, and keeps what it took
in the transaction that marks them as processed: once, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bounces.attributing import Attribution, Voucher
from bounces.models import InboundMessage
from bounces.parsing import ParsedMessage


@dataclass(frozen=True, slots=True)
class Understood:
    """A claimed row, what it says and what it is about."""

    row: InboundMessage
    parsed: ParsedMessage
    attribution: Attribution
    voucher: Voucher | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that gives rise to no event, because somebody else takes it."""

    kind: str
    """What the message is kept as, at most 16 characters, such as `dmarc`."""
    note: str = ""
    """A sentence for the message's page."""
    keep: Callable[[], None] | None = None
    """Called within the transaction; may be called again where that is rolled back."""
    held_sender: str = ""
    """Whose storm it is held back in: it then waits for an admin."""


Taker = Callable[[Sequence[Understood]], Mapping[int, Taken]]
"""Says which of the messages it takes, by their rows' ids; asks a number of queries that does not
depend on how many there are. Raises where a message cannot be processed: it is then set aside."""

_takers: dict[str, Taker] = {}
# Kind -> what people read.
kind_labels: dict[str, object] = {}


def register(kind: str, label: object, taker: Taker) -> None:
    """Let `taker` see every batch from now on; `label` is what people read for its `kind`."""
    _takers[kind] = taker
    kind_labels[kind] = label


def taken(understood: Sequence[Understood]) -> dict[int, Taken]:
    """What is taken of a batch, by the rows' ids."""
    found: dict[int, Taken] = {}
    for taker in _takers.values():
        left = [item for item in understood if item.row.pk not in found]
        found |= taker(left) if left else {}
    return found
