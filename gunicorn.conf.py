"""How gunicorn runs the web processes; the command line and GUNICORN_CMD_ARGS outrank it.

The number of processes is `WEB_CONCURRENCY`.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bounceadmin.settings")

from django.conf import settings
from gunicorn.glogging import Logger

from bounceadmin.shared_connections import share


class _Logger(Logger):
    """A line a request, but none for what a webhook took in: that is a row, found by its road.

    Making the line takes longer than reading the request, and says nothing that the row does not.
    """

    def access(self, resp, req, environ, request_time):
        if resp.status_code != 200 or not environ["PATH_INFO"].startswith("/hooks/"):
            super().access(resp, req, environ, request_time)


bind = "127.0.0.1:8000"
worker_class = "gthread"
# Webhook requests that come at once are stored at once (`bounces/storing_together.py`): the more
# threads, the more share a commit. They share connections to the database, too.
threads = 64
share(settings.DATABASES["default"], settings.WEB_CONNECTIONS)
timeout = 60
# Finishes what it is answering when it is told to stop.
graceful_timeout = 20
# A process is replaced after so many requests, some sooner, so that not all go at once. To start
# one takes as long as 5,000 webhooks do, and 15,000 of them leave it no larger.
max_requests = 200_000
max_requests_jitter = 20_000
# The heartbeat file of a worker must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Nobody commands it by a socket, which would need a home that can be written.
control_socket_disable = True
logger_class = _Logger
# In the form of all other logs.
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
        "gunicorn.access": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
