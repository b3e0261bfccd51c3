"""DMARC reports that come in as bounces do: recognised, kept once, summed up."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest
from django.urls import reverse
from django.utils import timezone

from bounces import pipeline
from bounces.models import BounceEvent
from diagnostics import received_reports, reported
from diagnostics.models import DmarcReport, DmarcSource
from diagnostics.requesting import subject_of
from tests.factories import make_list, make_message, make_user
from tests.mails import dsn

pytestmark = pytest.mark.django_db
DAY = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())


def xml(*rows: tuple[str, int, str, str], domain: str = "example.com", serial: str = "r1") -> bytes:
    records = "".join(
        f"<record><row><source_ip>{ip}</source_ip><count>{n}</count><policy_evaluated>"
        f"<disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated>"
        f"</row><identifiers><header_from>{domain}</header_from></identifiers></record>"
        for ip, n, spf, dkim in rows
    )
    return (
        f"<feedback><report_metadata><org_name>Big</org_name><email>d@big.example</email>"
        f"<report_id>{serial}</report_id><date_range><begin>{DAY}</begin><end>{DAY + 86399}</end>"
        f"</date_range></report_metadata><policy_published><domain>{domain}</domain><p>reject</p>"
        f"</policy_published>{records}</feedback>"
    ).encode()


def mail(content: bytes, name: str, subject: str = "") -> bytes:
    message = EmailMessage()
    message["From"] = "d@big.example"
    message["To"] = "dmarc@bounces.example.com"
    message["Subject"] = subject or "Report Domain: example.com Submitter: big.example"
    message.set_content("A report.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def gz(content: bytes) -> bytes:
    return gzip.compress(content)


def zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("report.xml", content)
    return held.getvalue()


ROWS = (("192.0.2.25", 90, "pass", "pass"), ("192.0.2.25", 10, "fail", "fail"),
        ("203.0.113.9", 5, "fail", "pass"))  # fmt: skip


@pytest.fixture
def ours():
    return make_list(header_from="news@example.com", sending_ips="192.0.2.25")


@pytest.mark.parametrize(
    ("pack", "name"),
    [(bytes, "big!example.com!1!2.xml"), (gz, "r.xml.gz"), (zipped, "r.zip")],
)
def test_a_report_is_kept_in_each_wrapping(ours, pack, name):
    row = make_message(raw=mail(pack(xml(*ROWS)), name))
    assert pipeline.process([row.pk]) == {"dmarc": 1}

    report = DmarcReport.objects.get()
    assert (report.domain, report.reporter, report.policy) == ("example.com", "Big", "reject")
    assert (report.count, report.passed, report.message_id) == (105, 95, row.pk)
    assert not BounceEvent.objects.exists()
    row.refresh_from_db()
    assert row.note == "A DMARC report about example.com: 95 of 105 messages passed."


def test_the_same_report_by_two_roads_is_one(ours):
    content = gz(xml(*ROWS))
    first = make_message(raw=mail(content, "r.xml.gz"))
    second = make_message(raw=mail(content, "other.xml.gz"))
    pipeline.process([first.pk, second.pk])
    assert DmarcReport.objects.count() == 1
    assert DmarcSource.objects.count() == 3


def test_a_report_about_a_stranger_is_not_kept(ours):
    raw = mail(gz(xml(*ROWS, domain="other.example")), "r.gz", "Report Domain: other.example")
    row = make_message(raw=raw)
    pipeline.process([row.pk])
    assert not DmarcReport.objects.exists()
    row.refresh_from_db()
    assert "no list here uses" in row.note


def test_a_report_of_the_organization_counts_for_its_subdomain():
    row = make_list(header_from="news@mail.example.com", sending_ips="192.0.2.25")
    report = make_message(raw=mail(gz(xml(*ROWS)), "r.xml.gz"))
    pipeline.process([report.pk])
    assert DmarcReport.objects.count() == 1
    # Its rows are about example.com itself, which is not what this list shows as its From.
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert reported.summed_up(subject_of(row), since) == []


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b broken", b"PK\x03\x04 no zip", b"<feedback"])
def test_a_broken_report_is_kept_for_an_admin_to_see(ours, content):
    row = make_message(raw=mail(content or b"x", "big!example.com!1600000000!1600086399.xml.gz"))
    pipeline.process([row.pk])
    row.refresh_from_db()
    assert (row.state, row.kind) == ("processed", "other")
    assert "cannot be read" in row.note


def test_a_bounce_with_a_suspicious_attachment_name_stays_a_bounce(ours):
    raw = dsn("ann@example.net").replace(b"Hello!", b'name="a!b!1600000000!1600086399"')
    row = make_message(raw=raw)
    assert pipeline.process([row.pk]) == {"bounce": 1}


def test_ordinary_mail_is_not_unpacked(ours, monkeypatch):
    monkeypatch.setattr(received_reports, "reports_in_message", lambda raw: 1 / 0)
    row = make_message(raw=mail(b"x", "holiday.zip", "Photos"))
    assert pipeline.process([row.pk]) == {"other": 1}


@pytest.mark.parametrize("filler", [b"name=!", b"name=" + b"!" * 600, b"name=a!b!1234567"])
def test_no_message_makes_recognising_slow(ours, filler):
    row = make_message(raw=b"Subject: x\n\n" + filler * (64 * 1024 // len(filler)))
    began = time.process_time()
    pipeline.process([row.pk])
    assert time.process_time() - began < 2


def test_what_was_kept_is_told_by_day_and_by_address(ours):
    row = make_message(raw=mail(gz(xml(*ROWS)), "r.xml.gz"))
    pipeline.process([row.pk])
    first, last = date(2026, 11, 19), date(2026, 11, 21)

    days = reported.by_day("example.com", first, last)
    assert [day.tally.count for day in days] == [0, 105, 0]
    assert (days[1].tally.passed, days[1].tally.failed) == (95, 10)

    mine, other = reported.by_source("example.com", first, last, reported.sending_addresses())
    assert (mine.source_ip, mine.is_ours, mine.tally.spf_aligned) == ("192.0.2.25", True, 90)
    assert (other.is_ours, other.tally.dkim_aligned) == (False, 5)

    reports = reported.summed_up(subject_of(ours), datetime(2026, 11, 1, tzinfo=UTC))
    assert [(one.reporter, one.count) for one in reports] == [("Big", 105)]


def test_many_rows_are_cut_and_counted_all_the_same(ours, monkeypatch):
    monkeypatch.setattr(received_reports, "MOST_ROWS", 2)
    row = make_message(raw=mail(gz(xml(*ROWS)), "r.xml.gz"))
    pipeline.process([row.pk])
    report = DmarcReport.objects.get()
    assert (report.count, report.sources.count(), report.rows_left_out) == (105, 2, 1)


def test_the_pages_show_it(ours, client, django_assert_max_num_queries):
    row = make_message(raw=mail(gz(xml(*ROWS)), "r.xml.gz"))
    pipeline.process([row.pk])
    client.force_login(make_user("Marketer"))
    with django_assert_max_num_queries(14):
        page = client.get(reverse("admin:diagnostics_dmarcreport_overview"), {"days": "90"})
    assert b"192.0.2.25" in page.content
    report = DmarcReport.objects.get()
    page = client.get(reverse("admin:diagnostics_dmarcreport_change", args=[report.pk]))
    assert b"203.0.113.9" in page.content
    assert client.get(reverse("admin:diagnostics_dmarcreport_changelist")).status_code == 200


def test_without_reports_the_page_says_how_to_get_them(client):
    client.force_login(make_user("Marketer"))
    page = client.get(reverse("admin:diagnostics_dmarcreport_overview"))
    assert b"No report yet" in page.content


def test_reports_are_deleted_after_a_long_while(ours):
    row = make_message(raw=mail(gz(xml(*ROWS)), "r.xml.gz"))
    pipeline.process([row.pk])
    assert sum(received_reports.delete_old()) == 0
    DmarcReport.objects.update(received_at=timezone.now() - received_reports.KEPT * 2)
    assert sum(received_reports.delete_old()) == 1
    assert not DmarcSource.objects.exists()
