"""Sends reported as CSV files, and the command that takes them."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from lists.importing.shapes import UnreadableFileError
from lists.models import CampaignDay, DomainDay, SendReport
from lists.sending import BelowZeroError
from lists.sending_csv import Options, take
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def taken(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return take(io.BytesIO(data), Options("olga", **options))


def numbers():
    rows = DomainDay.objects.order_by("domain").values_list("domain", "sent", "delivered")
    return list(rows)


def test_a_file_that_names_its_campaigns_by_number_or_bounce_address():
    one, two = make_campaign(), make_campaign(bounce_address="news@bounces.example.com")
    report = taken(
        "campaign,day,domain,sent,delivered\n"
        f"{one.pk},2026-11-20,Example.NET,10,9\n"
        "News@bounces.example.com,2026-11-20,a.example,5,\n"
    ).report
    assert numbers() == [("a.example", 5, 0), ("example.net", 10, 9)]
    assert (report.outcome["rows"], report.outcome["sent"], report.outcome["refused"]) == (2, 15, 0)
    assert DomainDay.objects.get(domain="a.example").campaign == two


def test_a_file_for_one_campaign_with_semicolons_and_other_titles():
    taken("\ufeffDate;Sent\r\n2026-11-20;7\r\n", campaign=make_campaign())
    assert numbers() == [("", 7, 0)]


def test_rows_that_cannot_be_read_are_refused_and_the_others_count():
    campaign = make_campaign()
    bad = [
        "x,a.example,1", "2026-11-20,no domain,1", "2026-11-20,a.example,many", "2999-01-01,,1",
        "2026-11-20,a.example,", "2026-11-20,a.example,1.5", "2026-11-20,a.example,²",
    ]  # fmt: skip
    report = taken(
        "day,domain,sent\n2026-11-20,a.example,1\n" + "\n".join(bad), campaign=campaign
    ).report
    assert numbers() == [("a.example", 1, 0)]
    assert report.outcome["refused"] == len(bad)
    assert [number for number, _, _ in report.outcome["refusals"]] == list(range(2, 9))


def test_a_campaign_that_is_not_there_is_refused_by_row():
    outcome = taken("campaign,day,sent\n99,2026-11-20,1\nx@y.example,2026-11-20,1\n").report.outcome
    assert outcome["refused"] == 2
    assert "no such campaign" in outcome["refusals"][0][1]


def test_the_same_file_counts_once_unless_it_is_meant():
    campaign = make_campaign()
    text = "day,sent\n2026-11-20,5\n"
    assert not taken(text, campaign=campaign).repeated
    assert taken(text, campaign=campaign).repeated
    assert CampaignDay.objects.get().sent == 5
    taken(text, campaign=campaign, again=True)
    assert CampaignDay.objects.get().sent == 10


def test_a_file_replaces_what_was_reported():
    campaign = make_campaign()
    taken("day,sent\n2026-11-20,5\n", campaign=campaign)
    taken("day,sent\n2026-11-20,3\n", campaign=campaign, replace=True)
    assert CampaignDay.objects.get().sent == 3


def test_a_file_that_takes_back_too_much_counts_nothing():
    text = "day,domain,sent\n2026-11-20,b.example,5\n2026-11-20,a.example,-5\n"
    with pytest.raises(BelowZeroError):
        taken(text, campaign=make_campaign())
    assert not DomainDay.objects.exists()
    assert not SendReport.objects.exists()


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "day\n2026-11-20\n", b"\x00\x01", "[1]"])
def test_a_file_that_is_none_says_what_is_missing(text):
    with pytest.raises(UnreadableFileError):
        taken(text, campaign=make_campaign())


def test_without_a_campaign_the_file_must_name_it():
    with pytest.raises(UnreadableFileError, match="campaign"):
        taken("day,sent\n2026-11-20,5\n")


def test_ten_thousand_rows_cost_a_few_queries(django_assert_max_num_queries):
    campaign = make_campaign()
    text = "day,domain,sent\n" + "".join(f"2026-11-20,d{n}.example,1\n" for n in range(10_000))
    with django_assert_max_num_queries(25):
        taken(text, campaign=campaign)
    assert CampaignDay.objects.get().sent == 10_000


# --- the command --------------------------------------------------------------------------------
def test_the_command_counts_and_writes_what_it_refused(tmp_path, capsys):
    campaign = make_campaign()
    file, refused = tmp_path / "sends.csv", tmp_path / "refused.csv"
    file.write_text("day,sent\n2026-11-20,5\nyesterday,1\n")
    arguments = [str(file), f"--campaign={campaign.pk}", f"--refused={refused}", "--quiet"]
    call_command("import_sends", *arguments)
    assert "2 rows: +5 sent, +0 delivered, 1 refused." in capsys.readouterr().out
    assert '\n2,"The day must be written' in refused.read_text()
    with pytest.raises(CommandError, match="nothing is counted twice"):
        call_command("import_sends", *arguments)


def test_the_command_says_what_is_wrong(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_sends", str(tmp_path / "none.csv"), "--quiet")
    with pytest.raises(CommandError, match="no campaign 999"):
        call_command("import_sends", "x.csv", "--campaign=999")
