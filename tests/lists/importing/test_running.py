"""An import is counted, carried out in turns, goes on after any death, and counts nothing twice."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from lists import jobs
from lists.exporting import as_csv
from lists.importing import running, storing, working
from lists.models import ImportChunk, RefusedRow, Suppression, SuppressionImport, SuppressionLog
from lists.pseudonyms import pseudonym
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_list
from tests.lists.importing.files import SAMPLES

pytestmark = pytest.mark.django_db
State = SuppressionImport.State


def handed_in(text: str, name="bounces.csv", **fields) -> SuppressionImport:
    job = SuppressionImport(file_name=name, created_by="olga", **fields)
    storing.store(job, [text.encode()], 10**9)
    return job


def bounces_of(*addresses) -> str:
    lines = (f"{address},550,No such mailbox," for address in addresses)
    return "\n".join(("address,code,error,created_at", *lines, ""))


def worked_off(job, seconds=0.0):
    """Turn after turn; with no seconds a turn is one batch."""
    for _ in range(1000):
        running.run(job.pk, seconds)
        job.refresh_from_db()
        if not job.is_at_work:
            return job
    raise AssertionError("It does not end.")


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(working, "BATCH_ROWS", 3)


def test_counting_says_what_would_happen_and_changes_nothing(small_batches):
    suppress([SuppressionWish("p1@example.net", "hard", "It bounced.")], "policy")
    job = handed_in(bounces_of(*(f"p{n}@example.net" for n in range(10)), "nobody"))
    running.count(job)
    worked_off(job)
    assert (job.state, job.rows, job.made, job.known, job.refused) == (State.WAITING, 11, 9, 1, 1)
    assert job.causes == {"hard": 10}
    assert Suppression.objects.count() == 1


def test_carrying_out_suppresses_logs_and_forgets_the_file(small_batches):
    job = handed_in(bounces_of(*(f"p{n}@example.net" for n in range(10))))
    running.count(job)
    worked_off(job)
    running.carry_out(job)
    worked_off(job)
    assert (job.state, job.made, job.known, job.percent) == (State.DONE, 10, 0, 100)
    row = Suppression.objects.get(address="p3@example.net")
    assert (row.cause, row.scope, row.evidence) == ("hard", "global", f"import:{job.pk}")
    entry = SuppressionLog.objects.get(address="p3@example.net")
    assert (entry.actor, entry.why) == ("olga", "Imported from Mailgun: bounces. No such mailbox")
    assert not ImportChunk.objects.exists()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.format} {s.name}")
def test_every_format_is_imported_in_turns_as_in_one_go(small_batches, monkeypatch, sample):
    monkeypatch.setattr(working, "BATCH_ROWS", 1)
    job = handed_in(sample.text, sample.name)
    assert job.format == sample.format
    running.carry_out(job)
    worked_off(job)
    assert (job.state, job.made, job.passed) == (State.DONE, len(sample.found), sample.passed)
    assert dict(Suppression.objects.values_list("address", "cause")) == sample.found


def test_an_import_twice_suppresses_once():
    text = bounces_of("ann@example.net", "Ann@Example.net")
    for made, known in ((1, 1), (0, 2)):
        job = handed_in(text)
        running.carry_out(job)
        worked_off(job)
        assert (job.made, job.known) == (made, known)
    assert Suppression.objects.count() == SuppressionLog.objects.count() == 1


def test_it_reaches_what_was_chosen():
    news = make_list()
    job = handed_in(bounces_of("ann@example.net"), scope="list", mailing_list=news)
    running.carry_out(job)
    worked_off(job)
    assert Suppression.objects.get().mailing_list == news


@pytest.mark.parametrize("batches_done", [0, 1, 2])
def test_a_worker_that_dies_loses_and_doubles_nothing(small_batches, monkeypatch, batches_done):
    job = handed_in(bounces_of(*(f"p{n}@example.net" for n in range(9))))
    running.carry_out(job)
    for _ in range(batches_done):
        running.run(job.pk, 0)

    def die(*_args):
        raise OperationalError("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(running.suppressing, "suppress", die)
        with pytest.raises(OperationalError):
            running.run(job.pk, 0)
    running.run(job.pk, 0)
    job.refresh_from_db()
    assert job.rows == batches_done * 3, "its claim still holds"
    SuppressionImport.objects.update(beat_at=timezone.now() - 2 * jobs.DEAD_AFTER)
    worked_off(job)
    assert (job.state, job.made, job.known) == (State.DONE, 9, 0)
    assert Suppression.objects.count() == SuppressionLog.objects.count() == 9


def test_a_worker_that_was_taken_for_dead_changes_nothing_more(small_batches, monkeypatch):
    job = handed_in(bounces_of(*(f"p{n}@example.net" for n in range(9))))
    running.carry_out(job)
    real = running.suppressing.suppress

    def slow(wishes, actor):
        SuppressionImport.objects.update(turn=99)
        return real(wishes, actor)

    monkeypatch.setattr(running.suppressing, "suppress", slow)
    running.run(job.pk, 0)
    assert not Suppression.objects.exists()


def test_one_that_keeps_killing_its_worker_is_set_aside():
    job = handed_in(bounces_of("ann@example.net"))
    running.carry_out(job)
    SuppressionImport.objects.update(
        state=State.RUNNING, deaths=3, beat_at=timezone.now() - 2 * jobs.DEAD_AFTER
    )
    worked_off(job)
    assert job.state == State.FAILED
    assert "died 4 times" in job.error


def test_a_cancelled_import_goes_no_further(small_batches):
    job = handed_in(bounces_of(*(f"p{n}@example.net" for n in range(9))))
    running.carry_out(job)
    running.run(job.pk, 0)
    assert jobs.cancel(job)
    running.run(job.pk, 0)
    assert Suppression.objects.count() == 3
    assert not jobs.cancel(job)


def test_what_no_worker_is_at_is_announced_again(django_capture_on_commit_callbacks):
    job = handed_in(bounces_of("ann@example.net"))
    assert jobs.sweep() == 0, "it waits for a person"
    running.carry_out(job)
    assert jobs.sweep() == 1


def test_refused_rows_are_kept_with_their_reason():
    job = handed_in(bounces_of("nobody", "ann@example.net"))
    running.carry_out(job)
    worked_off(job)
    row = RefusedRow.objects.get()
    assert (row.number, row.why) == (1, "This is no address.")
    assert row.text.startswith("nobody,550")


def test_of_rubbish_not_every_row_is_kept(small_batches, monkeypatch):
    monkeypatch.setattr(storing, "MOST_REFUSED_KEPT", 4)
    job = handed_in(bounces_of(*["nobody"] * 10))
    running.carry_out(job)
    worked_off(job)
    assert (job.refused, RefusedRow.objects.count()) == (10, 4)


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(storing.FileTooLargeError):
        storing.store(SuppressionImport(file_name="x"), [b"address\n" * 1000], 100)


def test_a_stored_file_is_the_file(monkeypatch):
    monkeypatch.setattr(storing, "CHUNK_BYTES", 7)
    text = bounces_of(*(f"p{n}@example.net" for n in range(10)))
    job = handed_in(text)
    assert ImportChunk.objects.count() > 10
    with storing.opened(job) as file:
        assert file.read() == text.encode()
        file.seek(20)
        assert file.read(9) == text.encode()[20:29]


def test_what_is_exported_can_be_imported_again():
    news = make_list(name='News, "weekly"')
    until = timezone.now().replace(year=2099)
    suppress(
        [
            SuppressionWish("all@example.net", "complaint", "x"),
            SuppressionWish("s@example.net", "soft", "x", "stream", "marketing", until=until),
            SuppressionWish("=l@example.net", "hard", "x", "list", "", news.pk, "userunknown"),
            SuppressionWish(pseudonym("gone@example.net"), "hard", "x"),
        ],
        "policy",
    )
    columns = ("address", "scope", "stream", "mailing_list", "cause", "reason", "since", "until")
    before = set(Suppression.objects.values_list(*columns))
    text = "".join(as_csv(Suppression.objects.active()))
    Suppression.objects.all().delete()
    job = handed_in(text, "suppressions.csv")
    running.carry_out(job)
    worked_off(job)
    assert job.refused == 0
    assert set(Suppression.objects.values_list(*columns)) == before


def test_the_export_has_every_row_in_pieces(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("lists.exporting._ROWS_AT_ONCE", 4)
    suppress([SuppressionWish(f"p{n}@example.net", "hard", "x") for n in range(10)], "policy")
    with django_assert_num_queries(4):
        pieces = list(as_csv(Suppression.objects.active()))
    assert len(pieces) == 4
    assert len(list(csv.reader(io.StringIO("".join(pieces))))) == 11


def test_the_commands_import_count_and_export(tmp_path, capsys):
    source, target, refused = (tmp_path / n for n in ("in.csv", "out.csv", "refused.csv"))
    source.write_text(bounces_of("ann@example.net", "nobody"))
    call_command("import_suppressions", str(source), "--count", "--quiet")
    assert "1 would be suppressed" in capsys.readouterr().out
    assert not Suppression.objects.exists()
    call_command("import_suppressions", str(source), "--quiet", "--refused", str(refused))
    assert "1 suppressed, 0 known already, 0 passed over, 1 refused" in capsys.readouterr().out
    assert "This is no address." in refused.read_text()
    call_command("export_suppressions", str(target), "--quiet")
    assert "ann@example.net,global,,,hard" in target.read_text()
    assert not ImportChunk.objects.exists()


def test_the_command_takes_any_columns_and_says_when_it_cannot(tmp_path, capsys):
    source = tmp_path / "in.csv"
    source.write_text("Who,Kind\nann@example.net,complaint\n")
    with pytest.raises(CommandError, match="which column has the addresses"):
        call_command("import_suppressions", str(source), "--quiet")
    with pytest.raises(CommandError, match="has not the columns of ses"):
        call_command("import_suppressions", str(source), "--quiet", "--format", "ses")
    with pytest.raises(CommandError, match="no list called"):
        call_command("import_suppressions", str(source), "--list", "Nothing")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_suppressions", str(tmp_path / "absent"))
    call_command(
        "import_suppressions", str(source), "--quiet", "--address", "Who", "--cause", "Kind"
    )
    assert Suppression.objects.get().cause == "complaint"


def test_what_old_imports_hold_of_people_is_deleted_and_their_rows_stay(small_batches):
    old = timezone.now() - jobs.KEPT - timedelta(days=1)
    waiting, at_work, refused, young = (
        handed_in(bounces_of("nobody"), created_at=at) for at in (old, old, old, timezone.now())
    )
    running.carry_out(at_work)
    running.count(refused)
    worked_off(refused)
    sum(jobs.delete_old())
    assert set(ImportChunk.objects.values_list("job", flat=True)) == {at_work.pk, young.pk}
    assert not RefusedRow.objects.exists()
    states = dict(SuppressionImport.objects.values_list("pk", "state"))
    assert states[waiting.pk] == states[refused.pk] == State.CANCELLED
    assert states[at_work.pk] == State.PENDING
