"""What a provider's file holds: how it is recognised, its codes and its phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Provider:
    """A mailbox provider or filter service with words of its own.

    Its rows are tried in this order: `codes`, `phrases`, `statuses`. What none of them knows is
    left to the rules for everybody.
    """

    name: str
    source: str
    """Where its codes are published, in a few words or as an address."""
    hosts: tuple[str, ...] = ()
    """Domains its servers are named in; they and hosts below them are the provider's."""
    reports: bool = False
    """Whether its reports about others' refusals carry codes of its own."""
    words: tuple[str, ...] = ()
    """Words (as `phrases.words_of` makes them) that only this provider's replies contain."""
    formats: tuple[str, ...] = ()
    """Formats of reports whose own words are its."""
    phrases: tuple[tuple[str, str], ...] = ()
    """(reason, phrase), the more telling first."""
    code: re.Pattern[str] | None = None
    """Finds the provider's own codes in the lower-case text; the first group is looked up."""
    codes: dict[str, str] = field(default_factory=dict)
    """The provider's own code, in lower case -> reason."""
    statuses: dict[str, str] = field(default_factory=dict)
    """Enhanced status code -> reason, where the provider's meaning is narrower than RFC 3463's."""


def span(prefix: str, first: int, last: int, reason: str) -> dict[str, str]:
    """Return rows for the codes `prefix` + `first` to `prefix` + `last`, both included."""
    return {f"{prefix}{number}": reason for number in range(first, last + 1)}
