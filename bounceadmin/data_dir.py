"""The folder of the embedded default: its database and its generated secret key."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from bounceadmin.secret_key import load_or_create_secret_key


def prepare(folder: Path, secret_key: str) -> str:
    """Make `folder`, and return the secret key: the one given, else the one kept in the folder.

    ImproperlyConfigured, with a sentence, where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return secret_key or load_or_create_secret_key(folder)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be used ({error.strerror or error}): "
            "set DATA_DIR to one that can be written."
        ) from error
