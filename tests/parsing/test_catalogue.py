"""Every message of the catalogue reports what stands above it there."""

import pytest

from bounces.parsing import parse
from bounces.parsing.beginnings import HEAD
from bounces.parsing.formats.recognizing import FORMATS
from tests.parsing import catalogue

CASES = catalogue.read()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_message_reports_what_the_catalogue_says(case):
    parsed = parse(case.raw)
    assert (parsed.kind, parsed.format) == (case.kind, case.format)
    found = []
    for report, wanted in zip(parsed.reports, case.reports, strict=False):
        found.append({name: getattr(report, name) or "-" for name in wanted})
        if wanted.get("reason") == "-":
            found[-1]["reason"] = "-"
    assert found == list(case.reports)
    assert len(parsed.reports) == len(case.reports)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_bounce_explains_itself(case):
    for report in parse(case.raw).reports:
        assert report.rule
        assert report.evidence


def test_every_format_has_a_message():
    shown = {case.format for case in CASES}
    assert {form.name for form in FORMATS} - shown == set()


def test_a_mark_belongs_to_one_format():
    marks = [(mark, form.contains) for form in FORMATS for mark in (*form.lines, *form.fields)]
    assert len(marks) == len(set(marks))


def test_marks_are_long_enough_and_in_lower_case():
    for form in FORMATS:
        for mark in form.lines:
            assert len(mark) >= HEAD, mark
        for mark in (*form.lines, *form.fields, *form.report_fields, form.contains):
            assert mark == mark.lower(), mark
