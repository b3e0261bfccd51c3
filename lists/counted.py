"""What the counts are read as: a period, recipients counted in it, domains and reasons."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

from lists.bands import bounce_rate


@dataclass(frozen=True, slots=True)
class Period:
    """Days (UTC), `first` and `last` among them."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int) -> Period:
        """The `days` days up to and with `last`."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The period of the same length that ended the day before."""
        return Period.ending(self.first - timedelta(days=1), self.length)

    @property
    def days(self) -> list[date]:
        """Its days, oldest first."""
        return [self.first + timedelta(days=n) for n in range(self.length)]


@dataclass(frozen=True, slots=True)
class Counts:
    """Recipients, as the counts keep them."""

    sent: int = 0
    delivered: int = 0
    hard: int = 0
    soft: int = 0
    block: int = 0
    complaint: int = 0
    unverified: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, n) + getattr(other, n) for n in TALLIES))

    @property
    def bounced(self) -> int:
        """Verified bounces of every category."""
        return self.hard + self.soft + self.block

    @property
    def rate(self) -> float | None:
        """Bounced in percent of sent; None where no sends are reported."""
        return bounce_rate(self.sent, self.bounced)

    @property
    def by_category(self) -> dict[str, int]:
        """`hard`, `soft`, `block` -> how many."""
        return {"hard": self.hard, "soft": self.soft, "block": self.block}


TALLIES = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True, slots=True)
class Domain:
    """What one recipient domain did."""

    domain: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Reason:
    """How often one reason was given."""

    name: str
    count: int
