"""What is diagnosed, and what is known of how it sends: a value that can be kept as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks look at."""

    domain: str
    """The envelope sender's: SPF is judged for it, and bounces come to it."""
    bounce_addresses: tuple[str, ...] = ()
    """Addresses that must take bounces."""
    header_from: tuple[str, ...] = ()
    """Domains that people see."""
    sending_ips: tuple[str, ...] = ()
    selectors: tuple[tuple[str, str], ...] = ()
    """DKIM selectors, each with the domain that signs."""
    blocklist_domains: tuple[str, ...] = ()
    """Domains of links."""
    list_ids: tuple[int, ...] = ()
    """Whose events are looked at."""
    campaign_id: int | None = None
    """Only this campaign's events, where given."""

    def as_data(self) -> dict[str, Any]:
        """The subject as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Subject:
        """The subject that `as_data` made `data` of, whatever version of this it was."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(tuple(x) if isinstance(x, list) else x for x in value)
            if isinstance(value, list)
            else value
            for name, value in data.items()
            if name in known
        }
        return cls(**values)
