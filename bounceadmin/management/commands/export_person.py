"""`manage.py export_person`: all that is known of an address, as a zip."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounceadmin.privacy import person
from bounces.raw_storage import UnavailableError
from lists.addresses import canonical


class Command(BaseCommand):
    help = "Write all that is known of an address as a zip: data.json and the original messages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("file", help="the zip to write")

    def handle(self, *, address: str, file: str, **_options) -> None:
        found = canonical(address, settings.FOLD_LOCAL_PART)
        if not found:
            raise CommandError(f"{address!r} is no address.")
        try:
            with Path(file).open("xb") as out:
                person.write_zip(found, out)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        except UnavailableError as error:
            # All of it or nothing: whoever has the zip takes it for complete.
            Path(file).unlink()
            raise CommandError(str(error)) from error
