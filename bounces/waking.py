"""Telling workers that there are messages to process. The database knows it anyway."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from lists.announcing import announce


def wake(ids: Sequence[int]) -> None:
    """Announce pending messages once their rows are committed; a dead broker is no error."""
    for start in range(0, len(ids), settings.PIPELINE_BATCH_SIZE):
        # By name: tasks import the sweep, which imports this.
        announce("bounces.tasks.process_inbound", ids[start : start + settings.PIPELINE_BATCH_SIZE])
