"""What our own events say of a list, a campaign or a domain over some days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Provider:
    """What one recipient domain did."""

    domain: str
    sent: int = 0
    hard: int = 0
    soft: int = 0
    block: int = 0

    @property
    def bounced(self) -> int:
        """Bounces of every category."""
        return self.hard + self.soft + self.block


@dataclass(frozen=True, slots=True)
class Said:
    """A reply text, or something named in replies, and how often; `event` is one that has it."""

    text: str
    count: int
    event: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts are of all events in the period; what comes of texts and times is of a sample."""

    days: int = 7
    sent: int = 0
    hard: int = 0
    soft: int = 0
    block: int = 0
    sent_before: int = 0
    """In the period of the same length before."""
    bounced_before: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    """Reason → bounces, most first."""
    providers: tuple[Provider, ...] = ()
    """Those with the most bounces first."""
    sampled: int = 0
    """The newest events that were read for what follows."""
    hours: tuple[int, ...] = (0,) * 24
    """Bounces of the sample by hour of the day (UTC)."""
    busiest: float = 0.0
    """Share of the sample's bounces within its two busiest hours."""
    texts: tuple[Said, ...] = ()
    """Reply texts, alike ones together."""
    named_ips: tuple[Said, ...] = ()
    """Addresses that refusals name: mostly our own."""
    named_lists: tuple[Said, ...] = ()
    """Blocklists that refusals name."""
    size_limits: tuple[int, ...] = ()
    """Octets that refusals for size name."""
    autoreplies: int = 0
    repliers: tuple[Said, ...] = ()
    """Who answers automatically, and how often within a day at most."""
    repeated: tuple[Said, ...] = ()
    """Recipients that bounced again and again, and how often."""
    about_ourselves: int = 0
    """Bounces and replies about addresses at our own bounce domain."""
    unattributed: int = 0
    """Bounces that belong to no campaign; counting stops at 1,000. Of the whole site."""
    unverified: int = 0
    pending: int = 0
    """Messages that wait to be understood. Of the whole site."""
    failed: int = 0
    """Messages that nobody could read. Of the whole site."""
    silent_hours: float | None = None
    """Since the last message of any kind came in anywhere; None where none ever did."""
    quiet_hours: float | None = None
    """Since the last event of this subject; None where there is none in the period."""
    probe: str = ""
    """What became of the last round trip: `returned`, `lost`, `failed`, or empty where none is
    known."""

    @property
    def bounced(self) -> int:
        """Bounces of every category."""
        return self.hard + self.soft + self.block

    @property
    def rate(self) -> float | None:
        """Bounced in percent of sent; None where no sends are reported."""
        return None if not self.sent else min(100.0, 100 * self.bounced / self.sent)

    def of_reasons(self, *names: str) -> int:
        """Bounces with one of these reasons."""
        return sum(count for name, count in self.reasons if name in names)

    def as_data(self) -> dict[str, Any]:
        """The facts as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Facts:
        """The facts that `as_data` made `data` of."""
        values = dict(data)
        for name in ("texts", "named_ips", "named_lists", "repliers", "repeated"):
            values[name] = tuple(Said(**one) for one in values.get(name, ()))
        values["providers"] = tuple(Provider(**one) for one in values.get("providers", ()))
        values["reasons"] = tuple((name, count) for name, count in values.get("reasons", ()))
        values["hours"] = tuple(values.get("hours", ()))
        values["size_limits"] = tuple(values.get("size_limits", ()))
        return cls(**values)
