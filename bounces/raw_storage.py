"""Object storage for raw messages (the S3 API), one object a message: put, read, delete.

An object is a zstandard frame (RFC 8878) of the message as it arrived, and its name ends so:
`2026/11/24/17-0f8e….eml.zst`. Whoever lost the database can unpack and ingest them again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import zstandard
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from bounces import kept_words

ALIAS = "raw_messages"
_LEVEL = 3

Result = TypeVar("Result")


class UnavailableError(Exception):
    """Object storage did not do what it was asked; one of `kept_words`, for an admin."""


def is_set_up() -> bool:
    """Whether raw messages are to be kept in object storage."""
    return ALIAS in settings.STORAGES


def put(name: str, content: bytes) -> None:
    """Keep `content` under `name`, which is used once. Raises UnavailableError."""
    packer = zstandard.ZstdCompressor(_LEVEL, write_checksum=True)
    packed = ContentFile(packer.compress(content))
    _asking(lambda: storages[ALIAS].save(name, packed))


def read(name: str) -> bytes:
    """What was put under `name`. Raises UnavailableError."""
    packed = _asking(lambda: _read(name))
    try:
        # A frame says how long its content is; that was bounded when it arrived.
        return zstandard.decompress(packed)
    except zstandard.ZstdError as error:
        known = {"name": name, "error": error}
        raise UnavailableError(kept_words.STORAGE_DAMAGED % known) from error


def delete(name: str) -> None:
    """Delete what is under `name`, if anything. Raises UnavailableError."""
    _asking(lambda: storages[ALIAS].delete(name))


def _read(name: str) -> bytes:
    with storages[ALIAS].open(name) as file:
        return file.read()


def _asking(call: Callable[[], Result]) -> Result:
    if not is_set_up():
        raise UnavailableError(kept_words.STORAGE_UNSET)
    try:
        return call()
    except FileNotFoundError as error:
        raise UnavailableError(kept_words.STORAGE_LACKS % {"name": error}) from error
    except (BotoCoreError, ClientError, OSError) as error:
        raise UnavailableError(kept_words.STORAGE_AWAY % {"error": error}) from error
