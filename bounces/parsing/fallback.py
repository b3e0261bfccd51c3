"""A few coarse rules for the reason, until `reasons.classify` takes their place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one refusal."""

    diagnostic: str
    status: str = ""
    smtp_code: str = ""
    action: str = ""
    recipient: str = ""
    remote_mta: str = ""
    reporting_mta: str = ""
    format: str = ""
    command: str = ""
    message_size: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reason and what gave it."""

    reason: str
    rule: str
    evidence: str


_STATUSES = {"5.1.1": "userunknown", "5.1.2": "hostunknown", "5.2.2": "mailboxfull",
             "4.2.2": "mailboxfull", "5.7.1": "blocked", "4.4.7": "expired"}  # fmt: skip
_WORDS = {"unknown": "userunknown", "not exist": "userunknown", "full": "mailboxfull",
          "quota": "mailboxfull", "spam": "spamdetected", "block": "blocked"}  # fmt: skip


def classify(evidence: Evidence) -> Verdict:
    """Choose a reason by the status, else by a word of the text."""
    if evidence.status in _STATUSES:
        return Verdict(_STATUSES[evidence.status], "status", evidence.diagnostic)
    text = evidence.diagnostic.lower()
    for word, reason in _WORDS.items():
        if word in text:
            return Verdict(reason, word, evidence.diagnostic)
    return Verdict("onhold" if text else "undefined", "none", evidence.diagnostic)
