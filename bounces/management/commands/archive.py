"""`manage.py archive`: raw messages into object storage now, or back out of it."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from bounces import archiving, raw_storage
from bounces.raw_storage import UnavailableError


class Command(BaseCommand):
    help = (
        "Move the texts of processed messages into the bucket of RAW_BUCKET, as the scheduler does "
        "every minute; with --back, all of them back into the database. May be interrupted and "
        "run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--back", action="store_true", help="into the database again")
        parser.add_argument("--quiet", action="store_true", help="no progress")

    def handle(self, *, back: bool, quiet: bool, **_options: object) -> None:
        if not raw_storage.is_set_up():
            raise CommandError("RAW_BUCKET is not set: there is no object storage to use.")
        try:
            with tqdm(unit=" messages", disable=quiet or None, file=sys.stderr) as bar:
                moved = archiving.bring_back(bar.update) if back else self._archive(bar)
            archiving.delete_loose()
        except UnavailableError as error:
            raise CommandError(str(error)) from error
        where = "back into the database" if back else "into object storage"
        self.stdout.write(f"Moved {moved:,} messages {where}.")

    def _archive(self, bar: tqdm) -> int:
        return archiving.archive(float("inf"), bar.update)
