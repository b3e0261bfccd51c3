"""`manage.py listen`: take bounces in by LMTP or SMTP."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounces.sources.listener.limits import Limits
from bounces.sources.listener.server import CannotListenError, Listener, Place
from lists.own_name import own_name


class Command(BaseCommand):
    help = (
        "Take bounces in by LMTP from an MTA (the default) or by SMTP from anyone. Mail for "
        "unknown or unsigned addresses is refused; the rest is answered once it is stored. "
        "SIGTERM finishes the messages under way."
    )
    # A database that is away is answered with 451, at the start too.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        limits = Limits(settings.MAX_MESSAGE_BYTES)
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--lmtp", action="store_true", help="speak LMTP (the default)")
        kind.add_argument("--smtp", action="store_true", help="speak SMTP")
        parser.add_argument("--host", default="127.0.0.1", help="listen here (127.0.0.1)")
        parser.add_argument("--port", type=int, help="and on this port (2424; SMTP: 2525)")
        parser.add_argument(
            "--name", default=own_name(), help="greet with it (of ALLOWED_HOSTS, or this machine's)"
        )
        parser.add_argument("--tls-cert", type=Path, help="PEM certificate: offers STARTTLS")
        parser.add_argument("--tls-key", type=Path, help="its key, if it is in another file")
        parser.add_argument("--require-tls", action="store_true", help="take no mail without TLS")
        for name, default, about in (
            ("--max-size", limits.message_bytes, "bytes of a message"),
            ("--max-connections", limits.connections, "connections"),
            ("--max-connections-per-peer", limits.connections_per_peer, "connections of a peer"),
            ("--max-recipients", limits.recipients, "recipients of a message"),
        ):
            about = f"most {about} ({default:,})"
            parser.add_argument(name, type=int, default=default, help=about)

    def handle(self, **options) -> None:
        place = Place(
            host=options["host"],
            port=options["port"] or (2525 if options["smtp"] else 2424),
            is_lmtp=not options["smtp"],
            certificate=options["tls_cert"],
            key=options["tls_key"],
            require_tls=options["require_tls"],
            name=options["name"],
        )
        limits = Limits(
            message_bytes=options["max_size"],
            connections=options["max_connections"],
            connections_per_peer=options["max_connections_per_peer"],
            recipients=options["max_recipients"],
        )
        try:
            listener = Listener(place, limits, lambda: self._say_ready(place))
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: listener.stop())
            listener.run()
        except CannotListenError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Stopped.")

    def _say_ready(self, place: Place) -> None:
        kind = "LMTP" if place.is_lmtp else "SMTP"
        self.stdout.write(f"Listening for {kind} at {place.host}:{place.port} (pid {os.getpid()})")
        self.stdout.flush()
