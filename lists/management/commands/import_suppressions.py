"""`manage.py import_suppressions`: a file of suppressions, ours or another sender's."""

from __future__ import annotations

import csv
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from lists.importing import running, storing
from lists.importing.formats import COLUMNS, FIELDS, FORMATS, candidates
from lists.importing.shapes import Shape, UnreadableFileError, plain
from lists.models import MailingList, SuppressionImport
from lists.models.choices import Scope, Stream

_NO_LIMIT = 2**62


class Command(BaseCommand):
    help = (
        "Suppress the addresses of a file. The format is recognised by its columns. Run it again "
        "at will: what is suppressed already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        names = [*sorted({fmt.name for fmt in FORMATS}), COLUMNS]
        parser.add_argument("file")
        parser.add_argument("--format", default="", choices=["", *names])
        parser.add_argument("--stream", default="", choices=["", *Stream.values])
        parser.add_argument("--list", default="", metavar="NAME", help="for one list only")
        parser.add_argument("--count", action="store_true", help="say what it would do, no more")
        parser.add_argument("--refused", default="", metavar="FILE", help="write refused rows here")
        parser.add_argument("--quiet", action="store_true", help="no progress")
        for name in FIELDS:
            parser.add_argument(
                f"--{name}", default="", metavar="COLUMN", help=f"the column with the {name}"
            )

    def handle(self, *, file: str, refused: str, count: bool, quiet: bool, **options) -> None:
        job = self._stored(Path(file), options)
        try:
            (running.count if count else running.carry_out)(job)
            self._run(job, quiet)
        except running.WrongFormatError as error:
            raise CommandError(f"{error} Use --address COLUMN.") from error
        finally:
            storing.forget_file(job)
        job.refresh_from_db()
        if job.state == SuppressionImport.State.FAILED:
            raise CommandError(job.error)
        if count:
            SuppressionImport.objects.filter(pk=job.pk).update(
                state=SuppressionImport.State.CANCELLED
            )
        self._tell(job, count)
        if refused:
            self._write_refused(job, Path(refused))

    def _stored(self, path: Path, options: dict) -> SuppressionImport:
        job = SuppressionImport(file_name=path.name[:255], created_by=_who())
        if options["list"]:
            job.scope = Scope.LIST
            job.mailing_list = MailingList.objects.filter(name=options["list"]).first()
            if job.mailing_list is None:
                raise CommandError(f"There is no list called {options['list']!r}.")
        elif options["stream"]:
            job.scope, job.stream = Scope.STREAM, options["stream"]
        try:
            storing.store(job, _pieces(path), _NO_LIMIT)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnreadableFileError as error:
            raise CommandError(str(error)) from error
        self._choose_format(job, options)
        return job

    def _choose_format(self, job: SuppressionImport, options: dict) -> None:
        named = {name: plain(options[name]) for name in FIELDS if options[name]}
        if named:
            job.format, job.mapping = COLUMNS, {**job.mapping, **named}
        if options["format"]:
            job.format = options["format"]
            fitting = {fmt.name for fmt in candidates(Shape.from_json(job.shape))} | {COLUMNS}
            if job.format not in fitting:
                storing.forget_file(job)
                raise CommandError(f"The file has not the columns of {job.format}.")
        job.save()

    def _run(self, job: SuppressionImport, quiet: bool) -> None:
        """Work in this process; a worker that is faster than us is as good."""
        with tqdm(
            total=job.total, unit="B", unit_scale=True, disable=quiet or None, file=sys.stderr
        ) as bar:
            while True:
                running.run(job.pk)
                job.refresh_from_db()
                bar.update(job.done - bar.n)
                if not job.is_at_work:
                    return

    def _tell(self, job: SuppressionImport, count: bool) -> None:
        made = "would be suppressed" if count else "suppressed"
        self.stdout.write(
            f"{job.rows:,} rows ({job.format}): {job.made:,} {made}, {job.known:,} known already, "
            f"{job.passed:,} passed over, {job.refused:,} refused."
        )

    def _write_refused(self, job: SuppressionImport, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("row", "why", "text"))
            rows = job.refused_rows.order_by("number").values_list("number", "why", "text")
            writer.writerows(rows.iterator(5000))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(storing.CHUNK_BYTES):
            yield piece


def _who() -> str:
    try:
        return f"command ({getpass.getuser()})"[:150]
    except (OSError, KeyError):
        return "command"
