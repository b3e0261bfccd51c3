"""What one webhook event says, whichever service sent it. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bounces.parsing.reasons import Evidence, category_of, classify
from bounces.parsing.replies import choose_status, codes_in
from bounces.parsing.types import Kind, ParsedMessage, Report

# Verdicts that say "I cannot tell": what the service says itself is then worth more.
_UNDECIDED = frozenset(("undefined", "onhold"))
_MOST_DIAGNOSTIC = 2000


@dataclass(frozen=True, slots=True)
class Notification:
    """One event about one recipient."""

    kind: Kind
    """`other` for what is of no interest, such as a click."""
    recipient: str = ""
    at: datetime | None = None
    event_id: str = ""
    """The event's number at the service; the same when it is told again."""
    mail_id: str = ""
    """The mail's number at the service, the same for all its events."""
    message_id: str = ""
    """The Message-ID header of the mail as the recipient's server saw it, if the service tells."""
    known_as: tuple[str, ...] = ()
    """Further ids by which the sender may know the mail."""
    return_path: str = ""
    campaigns: tuple[str, ...] = ()
    """What may name a campaign (its number, bounce address or name), best first."""
    diagnostic: str = ""
    status: str = ""
    smtp_code: str = ""
    remote_mta: str = ""
    reason: str = ""
    """The reason where the service itself decided, as for an address on its own stop list."""
    hint: str = ""
    """The reason that the service's own classification means, where the diagnostic tells none."""
    rule: str = ""
    """Which of the service's words gave `reason` or `hint`."""
    feedback_type: str = ""

    def parsed(self, provider: str) -> ParsedMessage:
        """The same as a message would say it, with ids that cannot be taken for another's."""
        return ParsedMessage(
            kind=self.kind,
            reports=() if self.kind == "other" else (self._report(),),
            format=provider,
            message_id=f"{provider}:{self.mail_id}" if self.mail_id else "",
            date=self.at,
            return_path=self.return_path,
            original_message_id=self.message_id,
        )

    def _report(self) -> Report:
        diagnostic = " ".join(self.diagnostic.split())[:_MOST_DIAGNOSTIC]
        if self.kind not in ("bounce", "delayed"):
            return Report(
                recipient=self.recipient,
                category="",
                reason=_REASON_OF_KIND.get(self.kind, ""),
                diagnostic=diagnostic,
                feedback_type=self.feedback_type,
            )
        codes = codes_in(diagnostic)
        status = choose_status(self.status, codes)
        smtp_code = self.smtp_code or codes.smtp
        reason, rule, evidence = self.reason, self.rule, diagnostic
        if not reason:
            verdict = classify(
                Evidence(
                    diagnostic=diagnostic,
                    status=status,
                    smtp_code=smtp_code,
                    action="failed" if self.kind == "bounce" else "delayed",
                    recipient=self.recipient,
                    remote_mta=self.remote_mta,
                )
            )
            reason, evidence = verdict.reason, verdict.evidence
            if self.hint and reason in _UNDECIDED:
                reason = self.hint
            else:
                rule = verdict.rule
        return Report(
            recipient=self.recipient,
            category=category_of(reason),
            reason=reason,
            action="failed" if self.kind == "bounce" else "delayed",
            status=status,
            smtp_code=smtp_code,
            diagnostic=diagnostic,
            remote_mta=self.remote_mta,
            rule=rule,
            evidence=evidence,
        )


_REASON_OF_KIND = {
    "delivered": "delivered",
    "complaint": "feedback",
    "autoreply": "vacation",
}
