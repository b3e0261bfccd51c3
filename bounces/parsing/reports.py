"""From findings to reports: codes, reason and category for each recipient."""

from __future__ import annotations

from bounces.parsing import replies
from bounces.parsing.charsets import one_line
from bounces.parsing.notice import Finding
from bounces.parsing.reasons import NEAR, Evidence, category_of, classify
from bounces.parsing.types import Kind, Report

_MOST_DIAGNOSTIC = 2000
_KINDS: dict[str, Kind] = {
    "delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered",
}  # fmt: skip
SAID_NOTHING = "none"
"""The rule of a report whose words and codes tell no reason."""
_VAGUE = frozenset({"filtered", "onhold", "undefined"})


def kind_of(found: list[Finding]) -> Kind:
    """What a report is altogether, by the actions it states."""
    if len(found) == 1:
        return _KINDS.get(found[0].action, "bounce")
    kinds = {_KINDS.get(finding.action, "bounce") for finding in found}
    if "bounce" in kinds:
        return "bounce"
    return "delivered" if kinds == {"delivered"} else "delayed"


def report(finding: Finding, form: str) -> Report:
    """What is known of one recipient of a delivery report, with the reason."""
    said = finding.diagnostic or finding.context
    # Results are made as tuples: by keywords it would take five times as long.
    codes = replies.codes_in(said)
    if not codes.smtp and finding.context:
        codes = replies.codes_in(finding.context)
    status = replies.choose_status(finding.status, codes)
    smtp_code = finding.smtp_code or codes.smtp
    diagnostic = one_line(said)[:_MOST_DIAGNOSTIC]
    action = "failed" if finding.action in ("", "expired") else finding.action
    if status[:1] == "2" and action in ("failed", "delayed"):
        status = "" if codes.status[:1] == "2" else codes.status
    if action in ("delivered", "relayed", "expanded"):
        reason, rule, evidence = "delivered", f"action:{action}", diagnostic or action
    else:
        verdict = classify(
            tuple.__new__(Evidence, (
                finding.context or diagnostic, status, smtp_code, finding.action,
                finding.recipient, finding.remote_mta, finding.reporting_mta, form,
                finding.command, 0,
            ))
        )  # fmt: skip
        reason, rule, evidence = verdict
        if finding.hint and reason in _VAGUE:
            reason, rule = finding.hint, f"{form}:category"
    return tuple.__new__(Report, (
        finding.recipient, category_of(reason), reason, action, status, smtp_code, diagnostic,
        finding.remote_mta, finding.reporting_mta, finding.original_recipient, "", rule,
        evidence or diagnostic,
    ))  # fmt: skip


def from_all_words(finding: Finding, form: str, words: str) -> Report | None:
    """The same from all words of the report, where those about the recipient tell nothing.

    None where they tell nothing either. What only says near what, and single words, do not count:
    "could not be delivered" and "SMTP relay" stand in all reports of some software.
    """
    finding.context = f"{finding.diagnostic} {words}"
    made = report(finding, form)
    kind, _, told = made.rule.partition(":")
    surely = bool(told) and kind != "command" and (kind != "text" or " " in told)
    return made if surely and NEAR not in told else None
