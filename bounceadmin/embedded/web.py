"""The site, served by waitress."""

from __future__ import annotations

import errno

from django.core.wsgi import get_wsgi_application
from waitress import wasyncore
from waitress.server import create_server

from bounceadmin.embedded.service import ThreadService

THREADS = 6
# How long requests that are being answered may still take when the service stops.
_FINISH_SECONDS = 3


class PortError(Exception):
    """The address cannot be listened on; the message says why."""


class Web(ThreadService):
    """Takes its port at once, so that a port in use is known first, and answers when started."""

    name = "web"

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._sockets: dict[int, object] = {}
        application = get_wsgi_application()
        try:
            self._server = create_server(
                application,
                map=self._sockets,
                host=host,
                port=port,
                threads=THREADS,
                asyncore_use_poll=True,
            )
        except (OSError, ValueError) as error:
            raise PortError(_explain(error, host, port)) from error

    def run(self) -> None:
        self._server.run()

    def stop(self) -> None:
        # The dispatcher's threads answer the requests they have; without sockets the loop ends.
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=_FINISH_SECONDS)
        wasyncore.close_all(self._sockets, ignore_all=True)


def _explain(error: Exception, host: str, port: int) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Port {port} is in use by another program: choose another with --port."
    if code == errno.EACCES:
        return f"Port {port} needs more rights than this user has: choose one above 1023."
    return f"{host}:{port} cannot be listened on: {error}"
