"""What a check says to a person: plain, immutable values that end in what to publish or set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from diagnostics.checks.sentences import as_data, from_data, say

Status = Literal["ok", "info", "warning", "problem", "could-not-check"]

STATUSES: tuple[Status, ...] = get_args(Status)
"""From the best to the worst; `could-not-check` stands apart: it is neither a pass nor a fail."""

SAID = ("title", "meaning", "action")
"""The texts of a finding."""

_SEVERITY = {"ok": 0, "info": 1, "could-not-check": 2, "warning": 3, "problem": 4}
_CHARACTER_STRING = 255  # octets, RFC 1035 3.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One question that was asked and what came back."""

    query: str
    """What was asked, such as `TXT example.com` or `RCPT TO:<bounces@example.com>`."""
    answer: str
    """What came back, as text; many answers are parted by newlines."""
    seconds: float = field(default=0.0, compare=False)
    """How long it took. No part of equality: two runs that saw the same are equal."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One DNS record, as a person would publish it."""

    name: str
    """The owner, fully qualified, without the last dot."""
    type: str
    value: str
    """The record's data; for TXT the text itself, neither quoted nor cut."""

    def __str__(self) -> str:
        """The line of a zone file; a TXT longer than 255 octets is cut (RFC 7208 3.3)."""
        value = quoted(self.value) if self.type == "TXT" else self.value
        return f"{self.name}. {self.type} {value}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found."""

    check: str
    """The name of the check, such as `spf` or `dmarc`."""
    status: Status
    title: str
    """One short sentence: what is the case."""
    meaning: str = ""
    """What follows from it for the mail."""
    action: str = ""
    """What to do about it; empty where nothing needs doing."""
    evidence: tuple[Evidence, ...] = ()
    records: tuple[DnsRecord, ...] = ()
    """The exact records to publish, where publishing is the remedy."""

    @property
    def record(self) -> str:
        """The records to publish as lines of a zone file; empty where there are none."""
        return "\n".join(str(record) for record in self.records)

    def as_data(self) -> dict[str, Any]:
        """The finding as JSON can hold it, to be kept.

        `said` holds those of its texts that are sentences, by field, to be said in other
        languages; the fields themselves are English.
        """
        said = {name: as_data(text) for name in SAID if (text := getattr(self, name))}
        evidence = [
            {"query": as_data(one.query), "answer": as_data(one.answer), "seconds": one.seconds}
            for one in self.evidence
        ]
        return {
            **asdict(self),
            "evidence": evidence,
            "said": {name: one for name, one in said.items() if not isinstance(one, str)},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Finding:
        """The finding that `as_data` made `data` of. Raises `KeyError`, `TypeError`."""
        fields = {name: value for name, value in data.items() if name != "said"}
        return cls(
            **{
                **fields,
                **{name: from_data(one) for name, one in data.get("said", {}).items()},
                "evidence": tuple(
                    Evidence(**{name: from_data(value) for name, value in one.items()})
                    for one in data["evidence"]
                ),
                "records": tuple(DnsRecord(**one) for one in data["records"]),
            }
        )


def unanswered(check: str, subject: str, evidence: tuple[Evidence, ...]) -> Finding:
    """What a check says where the DNS did not answer for `subject`: nothing, and clearly so."""
    return Finding(
        check,
        "could-not-check",
        say("{subject} could not be looked up.", subject=subject),
        say("The name servers did not answer, so nothing can be said."),
        say("Try again; if it stays so, see whether the name servers of the domain work."),
        evidence,
    )


def quoted(text: str) -> str:
    """`text` as the quoted character-strings of a TXT record, each of at most 255 octets."""
    cuts = range(0, max(len(text), 1), _CHARACTER_STRING)
    pieces = (text[at : at + _CHARACTER_STRING] for at in cuts)
    escaped = (piece.replace("\\", "\\\\").replace('"', '\\"') for piece in pieces)
    return " ".join(f'"{piece}"' for piece in escaped)


def worst(findings: tuple[Finding, ...]) -> Status:
    """The gravest status among `findings`; `ok` where there are none."""
    return max((finding.status for finding in findings), key=_SEVERITY.__getitem__, default="ok")
