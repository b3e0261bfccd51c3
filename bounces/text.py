"""Text of unknown origin, made fit for a database column."""

from __future__ import annotations


def storable(text: str, length: int) -> str:
    """`text` without NULs and lone surrogates, which PostgreSQL refuses, and not too long."""
    if text.isascii() and len(text) <= length and "\x00" not in text:
        return text
    text = text[:length].replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
