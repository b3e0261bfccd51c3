"""`manage.py ingest` as a shell and an MTA's pipe call it."""

import io
import os
import random
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError

from bounces.models import BounceEvent, InboundMessage
from lists.models import CampaignDay
from lists.return_paths import return_path
from tests.factories import make_campaign, make_subscriber
from tests.mails import dsn

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).parents[3] / "shared/data/bounces/sisimai/messages"


@pytest.fixture
def ingest(capsys, monkeypatch):
    """Run the command; return its exit code, what it counted, and what it complained of."""

    def run(*args, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            call_command("ingest", *map(str, args))
        printed = capsys.readouterr()
        counts = dict(line.split() for line in printed.out.splitlines())
        return (
            ended.value.code,
            {k: int(v.replace(",", "")) for k, v in counts.items()},
            printed.err,
        )

    return run


def test_a_pipe_stores_and_processes_one_message(ingest):
    campaign = make_campaign()
    ann = make_subscriber("ann@example.net", campaign.mailing_list)
    code, counts, _ = ingest(
        "-",
        "--recipient",
        return_path(campaign, ann),
        "--sender",
        "<>",
        stdin=dsn(to="x@y.example"),
    )
    assert (code, counts) == (os.EX_OK, {"stored": 1, "bounce": 1})
    row = InboundMessage.objects.get()
    assert (row.source, row.envelope_sender) == ("pipe", "<>")
    assert BounceEvent.objects.get().proof == "signed"


def test_files_are_counted_by_outcome_and_not_taken_twice(ingest, tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.eml").write_bytes(dsn())
    (tmp_path / "mail.eml").write_bytes(b"Subject: lunch\n\nAt noon?\n")
    assert ingest(tmp_path)[:2] == (os.EX_OK, {"stored": 4, "bounce": 3, "other": 1})
    assert ingest(tmp_path)[:2] == (os.EX_OK, {"stored": 0, "duplicates": 4})


def test_what_cannot_be_taken_in_is_named_and_the_rest_goes_on(ingest, tmp_path):
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "good.eml").write_bytes(dsn())
    code, counts, errors = ingest(tmp_path)
    assert (code, counts) == (os.EX_DATAERR, {"stored": 1, "bounce": 1, "refused": 1})
    assert "empty.eml: The message is empty." in errors


def test_a_missing_file_has_its_own_exit_code(ingest, tmp_path):
    code, counts, errors = ingest(tmp_path / "none.eml")
    assert (code, counts) == (os.EX_NOINPUT, {"stored": 0, "unreadable": 1})
    assert "No such file" in errors


@pytest.mark.parametrize(
    "where", ["bounces.management.commands.ingest.store", "bounces.pipeline.process"]
)
def test_without_a_database_the_mta_is_told_to_try_again(ingest, monkeypatch, where):
    def fail(*args):
        raise OperationalError("no connection")

    monkeypatch.setattr(where, fail)
    code, _, errors = ingest("-", stdin=dsn())
    assert code == os.EX_TEMPFAIL
    assert "try again later" in errors


def test_a_message_of_50_megabytes_is_cut_and_kept(ingest, tmp_path):
    (tmp_path / "large.eml").write_bytes(dsn() + b"x" * 50_000_000)
    assert ingest(tmp_path)[:2] == (os.EX_OK, {"stored": 1, "bounce": 1})
    row = InboundMessage.objects.get()
    assert row.note.startswith("Cut to 10,485,760 of 50,00")


def test_random_bytes_are_kept_as_no_bounce(ingest, tmp_path):
    dice = random.Random(1)
    for n in range(20):
        (tmp_path / f"{n}.bin").write_bytes(dice.randbytes(20_000))
    assert ingest(tmp_path)[:2] == (os.EX_OK, {"stored": 20, "other": 20})


def test_a_message_of_ten_thousand_parts_is_kept_in_little_time(ingest, tmp_path):
    parts = b"--b\nContent-Type: text/plain\n\nx\n" * 10_000
    raw = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--\n"
    (tmp_path / "parts.eml").write_bytes(raw)
    (tmp_path / "zgood.eml").write_bytes(dsn())
    started = time.monotonic()
    assert ingest(tmp_path)[:2] == (os.EX_OK, {"stored": 2, "bounce": 1, "other": 1})
    assert time.monotonic() - started < 20


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout")
def test_the_shared_corpus_goes_in_with_none_failed_and_nothing_counted_twice(ingest):
    files = sorted(CORPUS.glob("*.eml"))
    code, counts, _ = ingest(*files)
    assert code == os.EX_OK
    # One of the 264 files is an mbox of two messages; four files are the same as others.
    assert len(files) == 264
    assert (counts["stored"], counts["duplicates"]) == (261, 4)
    assert not counts.keys() & {"failed", "refused", "unreadable"}
    events = BounceEvent.objects.count()
    code, counts, _ = ingest(*files)
    assert (code, counts) == (os.EX_OK, {"stored": 0, "duplicates": 265})
    assert BounceEvent.objects.count() == events
    assert not CampaignDay.objects.exists()
