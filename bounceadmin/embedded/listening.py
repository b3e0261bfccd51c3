"""The listener, beside web and worker: mail by LMTP or SMTP."""

from __future__ import annotations

from bounceadmin.embedded.service import ThreadService
from bounces.sources.listener.limits import Limits
from bounces.sources.listener.server import Listener, Place


class Listening(ThreadService):
    """Takes its port when it starts; where that fails it has died, and `up` says of what."""

    name = "listener"

    def __init__(self, place: Place, limits: Limits) -> None:
        super().__init__()
        self._listener = Listener(place, limits)

    def run(self) -> None:
        self._listener.run()

    def stop(self) -> None:
        self._listener.stop()
