"""The original message, made fit to be looked at as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

# As much as anybody reads; the rest is in the download.
SHOWN_BYTES = 64 * 1024
# Control characters, and those that change the direction of text, could make it read otherwise
# than it is.
_MISLEADING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Original:
    """Text to show. `is_cut` if there is more of it."""

    text: str
    is_cut: bool


def readable(raw: bytes, limit: int = SHOWN_BYTES) -> Original:
    """The first `limit` bytes of `raw` as text; what is no text is shown as its number."""
    text = raw[:limit].decode("utf-8", "replace").replace("\r\n", "\n")
    text = _MISLEADING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    return Original(text, len(raw) > limit)
