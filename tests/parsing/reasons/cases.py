"""Reads the catalogue: lines of `reason | what is known | reply text`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bounces.parsing.reasons import Evidence

_FOLDER = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the catalogue."""

    reason: str
    evidence: Evidence
    place: str


def _evidence(known: str, text: str) -> Evidence:
    """Turn `550 5.1.1 RCPT @mx.example.com` and a reply text into evidence."""
    fields: dict[str, str] = {}
    for word in known.split():
        if word.startswith("@"):
            fields["remote_mta"] = word[1:]
        elif word.startswith("from:"):
            fields["reporting_mta"] = word[5:]
        elif word.startswith("format:"):
            fields["format"] = word[7:]
        elif re.fullmatch(r"[245]\.\d+\.\d+", word):
            fields["status"] = word
        elif re.fullmatch(r"\d{3}", word):
            fields["smtp_code"] = word
        elif word.isalpha() and word.isupper():
            fields["command"] = word
    return Evidence(diagnostic=text, **fields)


def load(name: str) -> list[Case]:
    """Return the cases of one file of the catalogue."""
    cases = []
    for number, line in enumerate((_FOLDER / name).read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            reason, known, text = (part.strip() for part in line.split("|", 2))
            cases.append(Case(reason, _evidence(known, text), f"{name}:{number}"))
    return cases


def everything() -> list[Case]:
    """Return the cases of the whole catalogue."""
    return [case for path in sorted(_FOLDER.glob("*.txt")) for case in load(path.name)]
