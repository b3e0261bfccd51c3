"""Which scenario to offer for what a list's page shows."""

from __future__ import annotations

from lists.bands import Band

# With so many sent and nothing back, silence is suspicious.
_SUSPICIOUS = 1000
_BAD = (Band.POOR, Band.CRITICAL)
_OF_CATEGORY = {
    "hard": "everything-bounces",
    "block": "everything-bounces",
    "soft": "many-soft",
}


def offered(band: Band, sent: int, hard: int, soft: int, block: int) -> str:
    """The name of the plan to offer; empty where nothing calls for one."""
    if sent >= _SUSPICIOUS and not hard + soft + block:
        return "no-bounces"
    if band not in _BAD:
        return ""
    largest = max((hard, "hard"), (soft, "soft"), (block, "block"))
    return _OF_CATEGORY[largest[1]]
