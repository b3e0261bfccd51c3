"""`manage.py backup FILE`."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounceadmin.operating.backups import BackupError, back_up


class Command(BaseCommand):
    help = "Write the whole database to a new file. The site may go on running."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_) -> None:
        try:
            size = back_up(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Wrote {file}, {size:,} bytes. Keep SECRET_KEY and VERP_KEYS too: they are not in it."
        )
