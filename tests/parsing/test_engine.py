"""What `parse()` says besides who failed and why: the fields of its result."""

from datetime import UTC, datetime

from bounces.parsing import parse
from tests import mails
from tests.parsing import catalogue

CASES = {case.name: case for case in catalogue.read()}


def test_the_original_message_is_named():
    parsed = parse(mails.dsn("ann@example.net", original_message_id="letter@example.com"))
    assert parsed.original_message_id == "letter@example.com"
    assert parsed.original_subject == "The autumn letter"
    assert parsed.original_from == "news@example.com"


def test_the_original_is_read_from_a_text_too():
    parsed = parse(CASES["exim: no status part, two recipients, one wrapped over lines"].raw)
    assert parsed.original_message_id == "autumn-2@example.com"
    assert parsed.return_path == "news@example.com"


def test_where_it_was_delivered_to_is_said_best_first():
    raw = b"Delivered-To: a@b.example\nX-Original-To: c@d.example\nTo: E <e@f.example>\n\n"
    assert parse(raw).recipients == ("a@b.example", "c@d.example", "e@f.example")


def test_date_is_in_utc():
    parsed = parse(b"Date: Mon, 2 Nov 2026 10:00:00 +0900\n\n")
    assert parsed.date == datetime(2026, 11, 2, 1, tzinfo=UTC)


def test_a_date_of_another_form_is_read():
    assert parse(b"Date: 2 Nov 26 10:00:00 GMT\n\n").date == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_a_date_that_is_none_is_none():
    for date in (
        b"yesterday",
        b"Mon, 99 Nov 2026 10:00:00 +0000",
        b"Mon, 2 Nov 2026 10:00:00 +9999",
    ):
        assert parse(b"Date: " + date + b"\n\n").date is None


def test_a_complaint_says_its_type_and_source():
    parsed = parse(mails.complaint("ann@example.net", return_path="b+1@example.com"))
    assert parsed.feedback_source == "192.0.2.1"
    assert parsed.return_path == "b+1@example.com"
    assert [(r.recipient, r.feedback_type) for r in parsed.reports] == [
        ("ann@example.net", "abuse")
    ]


def test_opting_out_is_told_from_abuse():
    parsed = parse(CASES["complaint: opting out"].raw)
    assert parsed.reports[0].feedback_type == "opt-out"


def test_a_complaint_without_a_recipient_is_still_one():
    raw = mails.complaint("ann@example.net").replace(b"ann@example.net", b"redacted")
    parsed = parse(raw)
    assert (parsed.kind, [r.recipient for r in parsed.reports]) == ("complaint", [""])


def test_an_autoreply_shows_the_header_that_made_it_one():
    report = parse(mails.autoreply()).reports[0]
    assert (report.recipient, report.evidence) == (
        "ann@example.net",
        "Auto-Submitted: auto-replied",
    )


def test_the_alias_before_expansion_is_kept():
    parsed = parse(CASES["postfix: three recipients, one by way of an alias"].raw)
    assert parsed.reports[2].original_recipient == "cat@example.com"


def test_evidence_is_the_line_that_the_rule_read():
    report = parse(CASES["qmail: permanent, with the remote host's words"].raw).reports[0]
    assert report.rule
    assert "Mailbox full" in report.evidence


def test_the_status_beside_a_reply_code_counts_more_than_the_field():
    raw = mails.dsn("ann@example.net", status="5.0.0", reply="550 5.2.1 Disabled")
    assert parse(raw).reports[0].status == "5.2.1"


def test_a_generic_status_in_the_reply_leaves_the_field_standing():
    raw = mails.dsn("ann@example.net", status="5.1.1", reply="550 5.0.0 User unknown")
    assert parse(raw).reports[0].status == "5.1.1"
