"""Reads the catalogue of messages: what a message reports stands above it.

    === format: what this one shows
    kind format
    recipient reason reply-code status action remote-host      (one line a recipient, `-` for none)
    ---
    the message, up to the next ===

A field that is left out at a line's end is not compared, nor is a reason written as `-` of a
delayed notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "messages"
FIELDS = ("recipient", "reason", "smtp_code", "status", "action", "remote_mta")


@dataclass(frozen=True)
class Case:
    """One message and what it reports."""

    name: str
    kind: str
    format: str
    reports: tuple[dict[str, str], ...]
    raw: bytes


def read() -> list[Case]:
    """Every case of the catalogue."""
    return [case for file in sorted(FOLDER.glob("*.txt")) for case in _read(file)]


def _read(file: Path) -> list[Case]:
    cases = []
    for entry in ("\n" + file.read_text(encoding="utf-8")).split("\n=== ")[1:]:
        head, _, message = entry.partition("\n---\n")
        name, kinds, *rows = head.splitlines()
        kind, _, form = kinds.partition(" ")
        reports = tuple(dict(zip(FIELDS, row.split(), strict=False)) for row in rows)
        cases.append(Case(name, kind, form, reports, (message + "\n").encode()))
    return cases
