"""`manage.py partitions`."""

from __future__ import annotations

import math

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from bounces import housekeeping, partitions


class Command(BaseCommand):
    help = "Show the monthly parts of large tables (PostgreSQL), the oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep",
            action="store_true",
            help="First make the parts that are missing and drop those past retention, as the "
            "scheduler does.",
        )

    def handle(self, *, keep: bool, **_) -> None:
        now = timezone.now()
        if keep:
            for name in partitions.create_ahead(now):
                self.stdout.write(f"made {name}")
            for name in (*partitions.drop_old_raw_messages(now), *partitions.drop_old_events(now)):
                self.stdout.write(f"dropped {name}")
            housekeeping.delete_old_keys(now, after="", seconds=math.inf)
        found = partitions.parts()
        if not found:
            self.stdout.write("This database has no parts: its tables are plain.")
            return
        self.stdout.write(f"{'part':40}{'until':>12}{'rows, about':>16}{'bytes':>18}")
        for part in found:
            until = f"{part.until:%Y-%m-%d}" if part.until else "all others"
            self.stdout.write(f"{part.name:40}{until:>12}{part.rows:16,}{part.bytes:18,}")
        for table, months in partitions.months_ahead(now).items():
            if not months:
                self.stderr.write(f"{table} has no part for next month: run with --keep.")
