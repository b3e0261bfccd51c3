"""Telling workers that there are messages to process. The database knows it anyway."""

from __future__ import annotations

from django.conf import settings

from lists.announcing import announce


def wake(number: int) -> None:
    """Announce so many pending messages once their rows are committed; a dead broker is no error.

    A batch each: which messages are in it is found out when a worker is free (`picking`).
    """
    for _ in range(0, number, settings.PIPELINE_BATCH_SIZE):
        # By name: tasks import the sweep, which imports this.
        announce("bounces.tasks.process_inbound")
