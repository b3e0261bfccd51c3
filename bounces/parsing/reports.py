"""From findings to reports: codes, reason and category for each recipient."""

from __future__ import annotations

from bounces.parsing import replies
from bounces.parsing.charsets import one_line
from bounces.parsing.notice import Finding
from bounces.parsing.reasons import Evidence, category_of, classify
from bounces.parsing.types import Kind, Report

_MOST_DIAGNOSTIC = 2000
_VAGUE = frozenset({"filtered", "onhold", "undefined"})


def kind_of(found: list[Finding]) -> Kind:
    """What a report is altogether, by the actions it states."""
    actions = {finding.action for finding in found}
    if actions and actions <= {"delivered", "relayed", "expanded"}:
        return "delivered"
    return "delayed" if actions <= {"delayed", "relayed", "expanded", "delivered"} else "bounce"


def report(finding: Finding, form: str) -> Report:
    """What is known of one recipient of a delivery report, with the reason."""
    said = finding.diagnostic or finding.context
    codes = replies.codes_in(said)
    if not codes.smtp and finding.context:
        codes = replies.codes_in(finding.context)
    status = replies.choose_status(finding.status, codes)
    smtp_code = finding.smtp_code or codes.smtp
    diagnostic = one_line(said)[:_MOST_DIAGNOSTIC]
    action = "failed" if finding.action in ("", "expired") else finding.action
    if action in ("delivered", "relayed", "expanded"):
        reason, rule, evidence = "delivered", f"action:{action}", diagnostic or action
    else:
        verdict = classify(
            Evidence(
                diagnostic=finding.context or diagnostic,
                status=status,
                smtp_code=smtp_code,
                action=finding.action,
                recipient=finding.recipient,
                remote_mta=finding.remote_mta,
                reporting_mta=finding.reporting_mta,
                format=form,
                command=finding.command,
            )
        )
        reason, rule, evidence = verdict.reason, verdict.rule, verdict.evidence
        if finding.hint and reason in _VAGUE:
            reason, rule = finding.hint, f"{form}:category"
    return Report(
        recipient=finding.recipient, category=category_of(reason), reason=reason, action=action,
        status=status, smtp_code=smtp_code, diagnostic=diagnostic,
        remote_mta=finding.remote_mta, reporting_mta=finding.reporting_mta,
        original_recipient=finding.original_recipient, rule=rule, evidence=evidence or diagnostic,
    )  # fmt: skip
