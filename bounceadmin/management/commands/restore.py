"""`manage.py restore FILE`."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounceadmin.operating.backups import BackupError, restore


class Command(BaseCommand):
    help = "Fill an empty database from a file that `backup` wrote."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_) -> None:
        try:
            restore(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. Now run `manage.py migrate`, then start the processes.")
