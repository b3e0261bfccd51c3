"""`manage.py import_sends`: how many were sent, from a CSV file."""

from __future__ import annotations

import csv
import getpass
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from lists import sending_csv
from lists.importing.shapes import UnreadableFileError
from lists.kept_words import shown
from lists.models import Campaign
from lists.sending import CorrectionError
from lists.sending_csv import Options, Refusal


class Command(BaseCommand):
    help = (
        "Count what a CSV file says was sent. Columns: campaign (number or bounce address), day "
        "(2026-11-20, UTC), domain, sent, delivered. The same file counts once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--campaign", type=int, help="for a file that names none: its number")
        parser.add_argument(
            "--replace", action="store_true", help="put the numbers in the place of those before"
        )
        parser.add_argument("--again", action="store_true", help="although it was counted before")
        parser.add_argument("--refused", default="", metavar="FILE", help="write refused rows here")
        parser.add_argument("--quiet", action="store_true", help="no progress")

    def handle(
        self,
        *,
        file: str,
        campaign: int | None,
        replace: bool,
        again: bool,
        refused: str,
        quiet: bool,
        **_,
    ) -> None:
        about = Campaign.objects.filter(pk=campaign).first() if campaign else None
        if campaign and about is None:
            raise CommandError(f"There is no campaign {campaign}.")
        options = Options(f"command ({getpass.getuser()})", about, replace, again)
        with ExitStack() as stack:
            bar = stack.enter_context(
                tqdm(unit=" rows", unit_scale=True, disable=quiet or None, file=sys.stderr)
            )
            try:
                opened = stack.enter_context(Path(file).open("rb"))
                write = _writer(stack, refused)
                taken = sending_csv.take(opened, options, on_rows=bar.update, on_refusal=write)
            except OSError as error:
                raise CommandError(f"{error.filename}: {error.strerror}.") from error
            except (UnreadableFileError, CorrectionError) as error:
                raise CommandError(f"{error} Nothing was counted.") from error
        if taken.repeated:
            at = taken.report.created_at
            raise CommandError(
                f"This file was counted on {at:%Y-%m-%d %H:%M} by {taken.report.actor} already; "
                "nothing is counted twice. Use --again if it is to be."
            )
        done = taken.report.outcome
        self.stdout.write(
            f"{done['rows']:,} rows: {done['sent']:+,} sent, {done['delivered']:+,} delivered, "
            f"{done['refused']:,} refused."
        )
        for number, why, text in done["refusals"][:5]:
            self.stdout.write(f"  row {number}: {shown(why)} ({text})")


def _writer(stack: ExitStack, path: str) -> Callable[[Refusal], None]:
    """Writes each refused row to a file, if one is wanted."""
    if not path:
        return lambda refusal: None
    target = Path(path)
    writer = csv.writer(stack.enter_context(target.open("w", encoding="utf-8", newline="")))
    writer.writerow(("row", "why", "text"))

    def write(refusal: Refusal) -> None:
        writer.writerow((refusal.row.number, shown(refusal.why), refusal.row.text))

    return write
