"""How the SPF tests state a case: one record to judge, the client, and what must come of it."""

from __future__ import annotations

from typing import Any

from diagnostics.checks.spf import Limits, SpfResult, check_host
from diagnostics.checks.zones import ZoneResolver

CLIENT = "192.0.2.10"
CLIENT6 = "2001:db8::10"
SENDER = "someone@example.com"
HELO = "mail.example.com"


def judge(
    record: str | bytes | list[Any] | None,
    zones: dict[str, Any] | None = None,
    *,
    ip: str = CLIENT,
    sender: str = SENDER,
    helo: str = HELO,
    **options: Any,
) -> SpfResult:
    """Evaluate `record`, published at example.com, with `zones` around it."""
    around: dict[str, Any] = dict(zones or {})
    if record is not None:
        around["example.com"] = {**around.get("example.com", {}), "TXT": [record]}
    return check_host(ip, sender, helo, ZoneResolver(around), **options)


def result_of(record: str | bytes | list[Any] | None, *args: Any, **options: Any) -> str:
    """Only the result of `judge`."""
    return judge(record, *args, **options).result


NO_LIMITS = Limits(lookups=1000, void_lookups=1000)
