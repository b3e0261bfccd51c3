"""Files of sends are read, shown, counted in the background, stopped, gone on with: once each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lists import jobs, sending, sending_job
from lists.importing import working
from lists.importing.shapes import UnreadableFileError
from lists.importing.storing import FileTooLargeError
from lists.models import (
    CampaignDay,
    DomainDay,
    RefusedSendRow,
    SendImport,
    SendImportChunk,
    SendReport,
)
from lists.sending_job import CountedAlreadyError, carry_out, hand_in, run
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db
NEW = "admin:lists_sendimport_new"
DAY = "2026-11-20"


@pytest.fixture
def campaign():
    return make_campaign()


def handed_in(text: str, campaign=None, **fields) -> SendImport:
    """A file that a worker has read."""
    job = SendImport(file_name="sends.csv", created_by="olga", campaign=campaign, **fields)
    hand_in(job, [text.encode()], 10_000_000)
    run(job.pk)
    return fresh(job)


def fresh(job: SendImport) -> SendImport:
    return SendImport.objects.get(pk=job.pk)


def counted(text: str, campaign=None, **fields) -> SendImport:
    job = handed_in(text, campaign, **fields)
    carry_out(job)
    run(job.pk)
    return fresh(job)


def sent() -> int:
    return sum(CampaignDay.objects.values_list("sent", flat=True))


def test_a_file_is_read_first_and_changes_nothing(campaign):
    job = handed_in(f"day,domain,sent,delivered\n{DAY},a.example,5,4\n2026-11-18,,7,\n", campaign)
    assert (job.state, job.rows, job.sent, job.delivered) == ("waiting", 2, 12, 4)
    assert (job.first_day, job.last_day) == (date(2026, 11, 18), date(2026, 11, 20))
    assert not DomainDay.objects.exists()
    assert not SendReport.objects.exists()


def test_on_a_persons_word_it_is_counted_and_has_a_report(campaign):
    job = counted(f"day,domain,sent,delivered\n{DAY},a.example,5,4\nyesterday,,7,\n", campaign)
    assert (job.state, job.sent, job.delivered, job.refused) == ("done", 5, 4, 1)
    assert sent() == 5
    outcome = job.report.outcome
    assert (outcome["rows"], outcome["sent"], outcome["refused"]) == (2, 5, 1)
    assert outcome["refusals"][0][0] == 2
    assert (job.report.actor, job.report.campaign) == ("olga", campaign)
    assert not SendImportChunk.objects.exists()


def test_a_row_that_takes_back_too_much_is_refused_and_the_others_count(campaign):
    sending.record([sending.SentCount(campaign.pk, date(2026, 11, 20), "a.example", 3)])
    job = counted(f"day,domain,sent\n{DAY},a.example,-4\n{DAY},b.example,2\n{DAY},,-1\n", campaign)
    assert (job.sent, job.refused, sent()) == (2, 2, 5)
    why = list(RefusedSendRow.objects.order_by("number").values_list("number", "why"))
    assert why[0] == (
        1,
        "2026-11-20 at a.example: 3 are reported as sent, so 4 cannot be taken back.",
    )
    assert why[1][1].startswith("2026-11-20, unknown domain: 0 are reported")


def test_a_file_replaces_what_was_reported(campaign):
    counted(f"day,sent\n{DAY},5\n", campaign)
    job = counted(f"day,sent\n{DAY},3\n", campaign, replace=True)
    assert (sent(), job.sent) == (3, -2)


def test_the_same_file_counts_once_unless_it_is_meant(campaign):
    text = f"day,sent\n{DAY},5\n"
    counted(text, campaign)
    with pytest.raises(CountedAlreadyError, match="by olga"):
        handed_in(text, campaign)
    assert SendImport.objects.count() == 1
    counted(text, campaign, again=True)
    assert sent() == 10


def test_the_same_file_handed_in_twice_before_it_is_counted_counts_once(campaign):
    text = f"day,sent\n{DAY},5\n"
    one, other = handed_in(text, campaign), handed_in(text, campaign)
    for job in (one, one):
        carry_out(job)
    with pytest.raises(CountedAlreadyError):
        carry_out(other)
    run(one.pk)
    assert sent() == 5


@pytest.fixture
def small_steps(monkeypatch):
    """Ten rows a transaction."""
    monkeypatch.setattr(working, "BATCH_ROWS", 10)


def many(rows: int) -> str:
    return "day,domain,sent\n" + "".join(f"{DAY},d{n}.example,1\n" for n in range(rows))


def read(text, campaign) -> SendImport:
    job = handed_in(text, campaign)
    carry_out(job)
    return job


def test_turns_go_on_where_the_last_one_ended(campaign, small_steps):
    job = SendImport(file_name="sends.csv", created_by="olga", campaign=campaign)
    hand_in(job, [many(35).encode()], 10_000)
    for rows in (10, 20, 30, 35):
        run(job.pk, seconds=0)
        assert fresh(job).rows == rows
    run(job.pk, seconds=0)
    carry_out(job)
    run(job.pk, seconds=0)
    assert (fresh(job).percent, sent()) == (pytest.approx(29, abs=3), 10)
    for _ in range(4):
        run(job.pk, seconds=0)
    assert (fresh(job).state, sent()) == ("done", 35)


def test_what_is_stopped_half_way_says_so_and_goes_on_without_counting_twice(campaign, small_steps):
    job = read(many(35), campaign)
    run(job.pk, seconds=0)
    sending_job.cancel(fresh(job))
    run(job.pk)
    job = fresh(job)
    assert (job.state, job.is_half_counted, sent()) == ("cancelled", True, 10)
    assert job.report.outcome["rows"] == 10
    with pytest.raises(CountedAlreadyError):
        handed_in(many(35), campaign)

    assert sending_job.go_on(job)
    run(job.pk)
    assert (fresh(job).state, sent()) == ("done", 35)
    assert job.report.__class__.objects.get().outcome["rows"] == 35


def test_a_worker_that_lost_the_file_to_another_counts_nothing(campaign, small_steps, monkeypatch):
    job = read(many(35), campaign)
    take = sending_job._take

    def taken_over(held, batch):
        take(held, batch)
        SendImport.objects.filter(pk=held.pk).update(turn=held.turn + 1)

    monkeypatch.setattr(sending_job, "_take", taken_over)
    run(job.pk)
    assert sent() == 0


def test_what_killed_its_workers_can_be_gone_on_with(campaign, small_steps):
    job = read(many(35), campaign)
    run(job.pk, seconds=0)
    long_ago = timezone.now() - timedelta(hours=1)
    for _ in range(jobs.MOST_DEATHS + 1):
        SendImport.objects.update(state="running", beat_at=long_ago, deaths=jobs.MOST_DEATHS)
    run(job.pk)
    assert fresh(job).state == "failed"
    sending_job.go_on(fresh(job))
    run(job.pk)
    assert (fresh(job).state, sent()) == ("done", 35)


def test_cancelled_before_it_is_counted_leaves_nothing(campaign):
    job = handed_in(many(3), campaign)
    sending_job.cancel(job)
    carry_out(job)
    run(job.pk)
    assert (fresh(job).state, sent()) == ("cancelled", 0)
    assert not SendImportChunk.objects.exists()
    assert not sending_job.go_on(fresh(job))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "day\n2026-11-20\n", "[1]"])
def test_a_file_that_is_none_is_not_kept(text, campaign):
    with pytest.raises(UnreadableFileError):
        handed_in(text, campaign)
    assert not SendImport.objects.exists()


def test_a_file_that_is_too_large_is_not_kept(campaign):
    job = SendImport(file_name="sends.csv", created_by="olga", campaign=campaign)
    with pytest.raises(FileTooLargeError):
        hand_in(job, [many(100).encode()], 1000)
    assert not SendImport.objects.exists()


def test_ten_thousand_rows_cost_a_few_queries(campaign, django_assert_max_num_queries):
    job = read(many(10_000), campaign)
    with django_assert_max_num_queries(110):
        run(job.pk)
    assert sent() == 10_000


def test_old_files_are_deleted_and_their_reports_stay(campaign):
    job = counted(f"day,sent\n{DAY},5\n", campaign)
    waiting = handed_in(f"day,sent\n{DAY},6\n", campaign)
    SendImport.objects.update(created_at=timezone.now() - jobs.KEPT - timedelta(days=1))
    sum(jobs.delete_old())
    assert not SendImport.objects.filter(pk__in=[job.pk, waiting.pk]).exists()
    assert SendReport.objects.exists()


# --- the page -----------------------------------------------------------------------------------
@pytest.fixture
def worker(monkeypatch):
    """Does at once what it is told of."""
    monkeypatch.setattr("lists.announcing._send", lambda task, arguments: run(*arguments))
    monkeypatch.setattr("lists.announcing.transaction.on_commit", lambda call: call())


@pytest.fixture
def upload(client, worker):
    client.force_login(make_user("Admin"))

    def send(text, **fields):
        file = SimpleUploadedFile("sends.csv", text.encode())
        data = {"file": file, "mode": "add"} | fields
        return client.post(reverse(NEW), data, follow=True)

    return send


def test_a_file_is_handed_in_looked_at_and_counted(client, upload, campaign):
    answer = upload(f"day,sent\n{DAY},5\n<b>,1\n", campaign=campaign.pk)
    body = answer.content.decode()
    assert "Read. Nothing is counted yet." in body
    assert "&lt;b&gt;,1" in body
    page = answer.redirect_chain[-1][0]
    body = client.post(page, {"carry_out": ""}, follow=True).content.decode()
    assert "The file is counted." in body
    assert sent() == 5
    report = client.get(
        reverse("admin:lists_sendreport_change", args=[SendReport.objects.get().pk])
    )
    assert "sends.csv" in report.content.decode()


def test_the_same_file_is_not_handed_in_twice(client, upload, campaign):
    text = f"day,sent\n{DAY},5\n"
    page = upload(text, campaign=campaign.pk).redirect_chain[-1][0]
    client.post(page, {"carry_out": ""})
    again = upload(text, campaign=campaign.pk).context["form"].errors
    assert "nothing is counted twice" in str(again["again"])


def test_it_is_cancelled_on_the_page(client, upload, campaign):
    page = upload(f"day,sent\n{DAY},5\n", campaign=campaign.pk).redirect_chain[-1][0]
    body = client.post(page, {"cancel": ""}, follow=True).content.decode()
    assert "Nothing is counted." in body


def test_the_refused_rows_are_downloaded(client, upload, campaign):
    upload("day,sent\n=1+1,5\n", campaign=campaign.pk)
    job = SendImport.objects.get()
    answer = client.get(reverse("admin:lists_sendimport_refused", args=[job.pk]))
    text = b"".join(answer.streaming_content).decode()
    assert text.splitlines()[1].startswith("1,")
    assert "'=1+1" in text


@pytest.mark.parametrize(
    ("text", "fields", "where"),
    [("x", {}, "file"), (f"day,sent\n{DAY},5\n", {"campaign": "999"}, "campaign")],
)
def test_what_is_wrong_is_said_at_its_field(upload, campaign, text, fields, where):
    fields = fields or {"campaign": campaign.pk}
    assert where in upload(text, **fields).context["form"].errors
    assert not SendImport.objects.exists()


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_others_see_files_and_hand_none_in(client, worker, campaign, role):
    job = handed_in(f"day,sent\n{DAY},5\n", campaign)
    client.force_login(make_user(role))
    page = reverse("admin:lists_sendimport_change", args=[job.pk])
    assert b"Count it" not in client.get(page).content
    assert client.post(page, {"carry_out": ""}).status_code == 403
    for closed in (reverse(NEW), reverse("admin:lists_sendimport_refused", args=[job.pk])):
        assert client.get(closed).status_code == 403
