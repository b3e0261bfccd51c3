"""What evaluating SPF returns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from diagnostics.checks.asking import Answered

Result = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
"""The seven results of RFC 7208 2.6."""

Outcome = Literal["match", "no match", "not reached", "temperror", "permerror"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one evaluation may go (RFC 7208 4.6.4)."""

    lookups: int = 10
    """Terms that ask the DNS."""
    void_lookups: int = 2
    """Terms whose questions found nothing."""
    names: int = 10
    """MX hosts of one `mx`, or names of one reverse lookup."""
    seconds: float = 20.0


class Trace(NamedTuple):
    """What one term did; the root stands for the record of the domain that was asked about.

    A named tuple where the other values are frozen dataclasses: an evaluation makes one for each
    term, and this is made several times as quickly.
    """

    term: str
    """As published, such as `include:_spf.example.net`; empty at the root."""
    domain: str
    """The domain whose record the term stands in; at the root, the domain asked about."""
    outcome: Outcome
    """At the root `match` if the evaluation came to a result by a term, and errors as they are."""
    result: Result | None = None
    """What the term made of the evaluation; for `include` and `redirect`, what the record below
    came to; None where the term decided nothing."""
    lookups: int = 0
    """Lookups of the ten that this term and all below it spent."""
    why: str = ""
    """One sentence: why it matched or not."""
    target: str = ""
    """The domain it looked at, its macros expanded; empty where there is none."""
    record: str = ""
    """The record of `target` that was evaluated below: at the root, `include`, `redirect`."""
    queries: tuple[Answered, ...] = ()
    """The questions this term itself asked, in order."""
    children: tuple[Trace, ...] = ()
    """The terms of `record`, in order."""

    @property
    def matched(self) -> bool:
        """True if the term matched."""
        return self.outcome == "match"

    def as_data(self) -> dict[str, Any]:
        """The tree as JSON can hold it, to be kept and drawn; questions become evidence."""
        return {
            **self._asdict(),
            "queries": [asdict(answered.evidence()) for answered in self.queries],
            "children": [child.as_data() for child in self.children],
        }


@dataclass(frozen=True, slots=True)
class SpfResult:
    """What `check_host()` came to."""

    result: Result
    explanation: str = ""
    """The domain owner's words for a `fail` (RFC 7208 6.2); empty where there are none.
    They are a stranger's: show them as such."""
    lookups: int = 0
    """How many of the ten lookups were spent."""
    void_lookups: int = 0
    """How many terms found nothing; at most two."""
    reason: str = ""
    """One sentence: why this result."""
    trace: Trace | None = None
    """The tree of what each term did."""
