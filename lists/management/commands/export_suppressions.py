"""`manage.py export_suppressions`: all suppressions in force as CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from tqdm import tqdm

from lists.exporting import as_csv
from lists.models import MailingList, Suppression
from lists.models.choices import Stream


class Command(BaseCommand):
    help = "Write the suppressions in force as CSV, to a file or to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="the file to write, or -")
        parser.add_argument("--all", action="store_true", help="those that were lifted, too")
        parser.add_argument("--list", default="", metavar="NAME", help="what reaches this list")
        parser.add_argument("--stream", default="", choices=["", *Stream.values])
        parser.add_argument("--quiet", action="store_true", help="no progress")

    def handle(self, *, file: str, list: str, stream: str, quiet: bool, **options) -> None:
        rows = Suppression.objects.all() if options["all"] else Suppression.objects.active()
        if list:
            rows = rows.for_list(_list_called(list))
        if stream:
            rows = rows.filter(scope__in=["global", "stream"], stream__in=["", stream])
        if file == "-":
            _write(rows, sys.stdout, quiet)
            return
        try:
            with Path(file).open("w", encoding="utf-8", newline="") as out:
                _write(rows, out, quiet)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error


def _write(rows: QuerySet[Suppression], out: TextIO, quiet: bool) -> None:
    with tqdm(unit=" rows", disable=quiet or None, file=sys.stderr) as bar:
        for piece in as_csv(rows):
            out.write(piece)
            bar.update(piece.count("\n"))


def _list_called(name: str) -> MailingList:
    found = MailingList.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no list called {name!r}.")
    return found
