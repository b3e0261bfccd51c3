"""Raw messages as they are kept: compressed where that makes them smaller (zstandard, RFC 8878)."""

from __future__ import annotations

from threading import local

import zstandard

# Before a frame. No mail and no request begins with NUL; one that does is always packed.
_MARK = b"\0zstd"
# Higher levels take several times as long for a few percent.
_LEVEL = 3


class _Tools(local):
    """Made once a thread: that takes longer than their work on a message, and none is for two."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_tools = _Tools()


def pack(content: bytes) -> bytes:
    """What to keep of `content`: of a few bytes themselves, of the rest a marked frame."""
    packed = _MARK + _tools.compressor.compress(content)
    if len(packed) < len(content) or content.startswith(_MARK):
        return packed
    return content


def unpack(kept: bytes) -> bytes:
    """What `pack` was given. ValueError where a frame is damaged."""
    if not kept.startswith(_MARK):
        return kept
    try:
        return _tools.decompressor.decompress(kept[len(_MARK) :])
    except zstandard.ZstdError as error:
        raise ValueError(f"A stored message is damaged: {error}") from error
