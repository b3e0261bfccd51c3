"""Telling workers of a diagnosis or a round trip that is to be done."""

from __future__ import annotations

from lists.announcing import announce


def wake(task: str, pk: int) -> None:
    """Announce `task` of this app for a row once it is committed; a dead broker is no error."""
    announce(f"diagnostics.tasks.{task}", pk)
