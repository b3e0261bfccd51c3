"""Only one `up` on one data folder: two with a broker each would take each other's work."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotAloneError(Exception):
    """Another process runs on the folder already."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold `folder` while the block runs; the system lets go of it even after a kill -9."""
    with open(folder / "up.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAloneError(
                f"Another bounceadmin runs on {folder}: stop it, or set another DATA_DIR."
            ) from None
        yield
