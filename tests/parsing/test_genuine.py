"""Reports that real MTAs wrote, and what they say: `genuine/expected.txt` is the catalogue.

`genuine/make.py` makes them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bounces.parsing import Report, parse

_FOLDER = Path(__file__).parent / "genuine"


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of the catalogue."""

    name: str
    kind: str
    recipients: tuple[str, ...]

    @property
    def scenario(self) -> str:
        """What was sent, which the returned message's Message-ID repeats."""
        scenario = self.name.partition("-")[2]
        for suffix in ("-delayed", "-expired", "-2", "-3"):
            scenario = scenario.removesuffix(suffix)
        return scenario


def _catalogue() -> list[Expected]:
    lines = (_FOLDER / "expected.txt").read_text().splitlines()
    rows = [line.split("|") for line in lines if line and not line.startswith("#")]
    return [
        Expected(name.strip(), kind.strip(), tuple(r.strip() for r in recipients.split(";")))
        for name, kind, recipients in rows
    ]


def _in_words(report: Report) -> str:
    """Write a report as the catalogue does."""
    alias = f" for {report.original_recipient}" if report.original_recipient else ""
    codes = f"{report.status or '-'} {report.smtp_code or '-'}"
    return f"{report.recipient}{alias} {report.action} {codes} {report.reason}"


@pytest.mark.parametrize("expected", _catalogue(), ids=lambda expected: expected.name)
def test_report_of_a_real_mta_is_understood(expected: Expected) -> None:
    message = parse((_FOLDER / "messages" / f"{expected.name}.eml").read_bytes())
    assert message.kind == expected.kind
    assert tuple(_in_words(report) for report in message.reports) == expected.recipients
    assert message.original_message_id == f"{expected.scenario}.20261124@example.com"
    assert message.original_from == "news@example.com"
    assert message.return_path in ("news@example.com", "")


def test_every_message_is_in_the_catalogue() -> None:
    names = {expected.name for expected in _catalogue()}
    assert names == {path.stem for path in (_FOLDER / "messages").glob("*.eml")}
