"""`manage.py up`: web, worker and scheduler in one process."""

from __future__ import annotations

import http.client
import os
from contextlib import ExitStack
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, connection
from django.urls import reverse

from bounceadmin.demo import filling
from bounceadmin.embedded.accounts import demo_marketer, first_admin
from bounceadmin.embedded.alone import NotAloneError, alone
from bounceadmin.embedded.listening import Listening
from bounceadmin.embedded.running import (
    ServiceDiedError,
    StopRequest,
    check,
    running,
    wait_for_the_end,
)
from bounceadmin.embedded.scheduler import Scheduler
from bounceadmin.embedded.service import ThreadService
from bounceadmin.embedded.web import PortError, Web
from bounceadmin.embedded.worker import workers
from bounces.sources.listener.limits import Limits
from bounces.sources.listener.server import Place
from bounces.sources.mailbox import leasing
from bounces.sweeping import release_claims, sweep
from diagnostics import sweeping as diagnosing
from lists import jobs
from lists.own_name import own_name

# Addresses that mean "every interface", and where to knock for them.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


class Command(BaseCommand):
    help = (
        "Run everything in one process: web, worker and scheduler, on SQLite and an in-process "
        "broker unless DATABASE_URL and REDIS_URL say otherwise. Ctrl-C stops it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill it with a month of mail")
        parser.add_argument("--host", default="127.0.0.1", help="listen here (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="and on this port (8000)")
        parser.add_argument("--listen-port", type=int, help="take bounces in on this port too")
        parser.add_argument("--listen-host", default="127.0.0.1", help="and here (127.0.0.1)")
        parser.add_argument(
            "--listen-smtp", action="store_true", help="by SMTP; without it by LMTP"
        )

    def handle(self, *, demo: bool, host: str, port: int, **options) -> None:
        if not 0 < port < 65536:
            raise CommandError("--port must be between 1 and 65535.")
        listening = _listening(
            options["listen_host"], options["listen_port"], options["listen_smtp"]
        )
        request = StopRequest()
        request.listen()
        try:
            with ExitStack() as stack:
                if _embedded_broker():
                    stack.enter_context(alone(settings.DATA_DIR))
                self._run(request, demo, host, port, listening)
        except (PortError, NotAloneError, ServiceDiedError) as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, InterfaceError) as error:
            first_line = str(error).strip().partition("\n")[0]
            raise CommandError(f"The database cannot be used: {first_line}") from error

    def _run(
        self,
        request: StopRequest,
        demo: bool,
        host: str,
        port: int,
        listening: list[ThreadService],
    ) -> None:
        _allow_host(host)
        web = Web(host, port)
        self._say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        self._take_up_what_is_pending()
        services: list[ThreadService] = [web, Scheduler(), *workers(), *listening]
        with running(services):

            def going_on() -> bool:
                check(services)
                return not request

            if demo:
                filling.fill(self._say, going_on)
            _wait_for_answer(host, port, request)
            if not request:
                self._say_ready(demo, host, port)
                # This thread only waits from here on, maybe for months.
                connection.close()
                wait_for_the_end(services, request)
            self._say("Stopping ...")
        self._say("Stopped.")

    def _take_up_what_is_pending(self) -> None:
        """Go on where the last run ended, however it ended."""
        if _embedded_broker():
            release_claims()
            leasing.release_all()
            jobs.release_claims()
            diagnosing.release_claims()
        jobs.sweep()
        pending = sweep(overdue=timedelta(0))
        if pending:
            self._say(f"Going on with {pending:,} messages that were still to do.")

    def _say_ready(self, demo: bool, host: str, port: int) -> None:
        admin = first_admin(
            os.environ.get("ADMIN_USERNAME", "admin"),
            os.environ.get("ADMIN_PASSWORD", ""),
            os.environ.get("ADMIN_EMAIL", ""),
        )
        if demo:
            marketer = demo_marketer(os.environ.get("DEMO_PASSWORD", ""))
            self._say(f"To see it as a marketer does,  {marketer}")
        self._say(f"bounceadmin is ready at {_url(host, port)}  {admin}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _embedded_broker() -> bool:
    """Whether this process is the only worker: its broker is in its own memory."""
    return settings.CELERY_BROKER_URL.startswith("memory")


def _listening(host: str, port: int | None, by_smtp: bool) -> list[ThreadService]:
    """The listener, where a port is given for it."""
    if port is None:
        return []
    place = Place(host=host, port=port, is_lmtp=not by_smtp, name=own_name())
    return [Listening(place, Limits(settings.MAX_MESSAGE_BYTES))]


def _allow_host(host: str) -> None:
    """Who asks for an address to listen on wants to be answered there."""
    if host not in _EVERYWHERE and host not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)


def _url(host: str, port: int) -> str:
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _wait_for_answer(host: str, port: int, request: StopRequest) -> None:
    """Knock until the site answers, with whatever."""
    while not request:
        knock = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=10)
        try:
            knock.request("GET", reverse("admin:login"))
            knock.getresponse()
            return
        except OSError:
            request.wait(0.1)
        finally:
            knock.close()
