"""The secret key of an installation that was given none: made once, kept beside its database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def load_or_create_secret_key(folder: Path) -> str:
    """Return the key kept in `folder`, making it first (mode 600) where there is none.

    Two processes that start at once agree: the first to create the file wins.
    """
    path = folder / "secret_key"
    key = secrets.token_urlsafe(50)
    draft = folder / f".secret_key.{os.getpid()}"
    if not path.exists():
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
