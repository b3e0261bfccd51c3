"""`manage.py erase_person`: forget an address, and go on keeping it from mail."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounceadmin.privacy import person
from lists.addresses import canonical


class Command(BaseCommand):
    help = (
        "Erase a person's data. Suppressions stay in force, under a keyed hash in the place of the "
        "address. It cannot be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--why", required=True, help="kept in the log; without the address")
        parser.add_argument(
            "--may-be-mailed",
            action="store_true",
            help="suppress no further than it is; else the address is never mailed again",
        )

    def handle(self, *, address: str, why: str, may_be_mailed: bool, **_options) -> None:
        found = canonical(address, settings.FOLD_LOCAL_PART)
        if not found:
            raise CommandError(f"{address!r} is no address.")
        try:
            person.erase(found, "command", why, keep_from_mail=not may_be_mailed)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("The person's data is erased.")
