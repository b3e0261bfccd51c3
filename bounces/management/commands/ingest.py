"""`manage.py ingest`: messages from files or an MTA's pipe into the pipeline."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils.translation import gettext as _
from tqdm import tqdm

from bounces import pipeline, roads
from bounces.models import InboundMessage
from bounces.sources.files import STDIN, Found, UnreadableError, read_paths, read_stream, total_size
from bounces.storing import Incoming, store

# What this prints of refused messages one by one; the rest is counted.
_MOST_LINES = 20


class Command(BaseCommand):
    help = (
        "Take messages in: files, mboxes, Maildirs, or one message on standard input (-), as an "
        "MTA's pipe gives it. Exit codes are those of sysexits.h: 0 stored, 65 nothing in it that "
        "could be stored, 66 no such file, 75 try again later."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="*", default=[STDIN], metavar="PATH", help="file, mbox, folder, or -"
        )
        parser.add_argument("--sender", default="", help="envelope sender, of a pipe")
        parser.add_argument("--recipient", default="", help="envelope recipient, of a pipe")
        parser.add_argument("--quiet", action="store_true", help="no progress, no counts")

    def handle(
        self, *, paths: list[str], sender: str, recipient: str, quiet: bool, **_options
    ) -> None:
        run = _Run(sender, recipient)
        try:
            if paths == [STDIN]:
                limit = settings.MAX_MESSAGE_BYTES
                run.take(read_stream(sys.stdin.buffer, "standard input", limit))
                run.flush()
                roads.worked("pipe", _("Pipe"))
            else:
                self._take_files([Path(path) for path in paths], run, quiet)
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(f"The database is not available, try again later: {error}")
            sys.exit(os.EX_TEMPFAIL)
        self._tell(run, quiet)
        sys.exit(run.exit_code)

    def _take_files(self, paths: list[Path], run: _Run, quiet: bool) -> None:
        readable = [path for path in paths if path.exists()]
        with tqdm(
            total=total_size(readable),
            unit="B",
            unit_scale=True,
            unit_divisor=1024,
            desc="Taking in",
            disable=True if quiet else None,
        ) as bar:
            for found in read_paths(paths, settings.MAX_MESSAGE_BYTES):
                if isinstance(found, UnreadableError):
                    run.unreadable.append(str(found))
                else:
                    run.take(found)
                    bar.update(found.size)
            run.flush()

    def _tell(self, run: _Run, quiet: bool) -> None:
        for line in (run.unreadable + run.complaints)[:_MOST_LINES]:
            self.stderr.write(line)
        if quiet:
            return
        counts = {
            "stored": run.stored,
            **dict(sorted(run.outcomes.items())),
            "duplicates": run.duplicates,
            "refused": run.refused,
            "unreadable": len(run.unreadable),
        }
        width = max(map(len, counts))
        for name, number in counts.items():
            if number or name == "stored":
                self.stdout.write(f"{name:<{width}} {number:>10,}")


class _Run:
    """One call of the command: what is waiting to be stored, and the counts so far."""

    def __init__(self, sender: str, recipient: str) -> None:
        self.sender = sender
        self.recipient = recipient
        self.waiting: list[Incoming] = []
        self.waiting_bytes = 0
        self.stored = self.duplicates = self.refused = 0
        self.outcomes: Counter[str] = Counter()
        self.unreadable: list[str] = []
        self.complaints: list[str] = []

    def take(self, found: Found) -> None:
        piped = found.where == "standard input"
        source = InboundMessage.Source.PIPE if piped else InboundMessage.Source.FILE
        self.waiting.append(
            Incoming(
                raw=found.raw,
                size=found.size,
                source=source,
                source_detail=found.where,
                envelope_sender=self.sender,
                envelope_recipient=self.recipient,
            )
        )
        self.waiting_bytes += len(found.raw)
        full = len(self.waiting) >= settings.PIPELINE_BATCH_SIZE
        if full or self.waiting_bytes > settings.MAX_MESSAGE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Store what waits, then process it here: no worker need be running."""
        done = store(self.waiting)
        self.waiting, self.waiting_bytes = [], 0
        self.stored += len(done.ids)
        self.duplicates += done.duplicates
        self.refused += len(done.refused)
        self.complaints += [f"{r.source_detail}: {r.why}" for r in done.refused]
        outcomes = pipeline.process(done.ids)
        self.outcomes += outcomes
        if outcomes["failed"]:
            failed = InboundMessage.objects.failed().filter(pk__in=done.ids)
            self.complaints += [f"{row.source_detail}: {row.error}" for row in failed]

    @property
    def exit_code(self) -> int:
        if self.unreadable:
            return os.EX_NOINPUT
        return os.EX_DATAERR if self.refused else os.EX_OK
