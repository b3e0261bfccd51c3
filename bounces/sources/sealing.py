"""Secrets of our sources (a mailbox's password, a webhook's key), encrypted in the database.

A model keeps the sealed form in a plain `TextField(editable=False)`; the code that logs in or
checks a signature unseals it at that moment. So no page, dump or log can show what it holds.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _


class UnsealableError(Exception):
    """The secret was sealed with a key that is gone. Its text is a sentence for an admin."""


def seal(secret: str) -> str:
    """Encrypt `secret` with the first key; empty stays empty, so that it says "none is set"."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret again, by `SECRET_KEY` or any of `SECRET_KEY_FALLBACKS`.

    UnsealableError where none of them sealed it.
    """
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnsealableError(
            _(
                "The stored secret cannot be read, because SECRET_KEY has changed. Enter it again, "
                "or add the old key to SECRET_KEY_FALLBACKS."
            )
        ) from None


def _box() -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A key of its own, so that knowing it would not give away sessions or return paths."""
    derived = HKDF(SHA256(), length=32, salt=None, info=b"bounceadmin sealing").derive(key.encode())
    return base64.urlsafe_b64encode(derived)
