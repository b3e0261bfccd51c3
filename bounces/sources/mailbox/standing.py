"""How a mailbox does, in a word and a sentence, for its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from bounces.models import Mailbox, MailboxRun

Tone = Literal["good", "bad", "busy", "quiet"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest run, and what it means."""

    tone: Tone
    word: str
    sentence: str
    run: MailboxRun | None


def standings(mailboxes: list[Mailbox]) -> dict[int, Standing]:
    """By the mailboxes' ids, in one query."""
    newest = (
        MailboxRun.objects.filter(mailbox__in=mailboxes)
        .order_by("mailbox", "-id")
        .only("mailbox", "outcome", "sentence", "started_at", "ended_at", "found", "looked_at")
    )
    by_mailbox: dict[int, MailboxRun] = {}
    # There are at most fifty of each.
    for run in newest:
        by_mailbox.setdefault(run.mailbox_id, run)
    return {box.pk: standing(box, by_mailbox.get(box.pk)) for box in mailboxes}


def standing(mailbox: Mailbox, run: MailboxRun | None) -> Standing:
    """What the newest run says of the mailbox."""
    outcomes = MailboxRun.Outcome
    if run is not None and run.outcome == outcomes.RUNNING:
        said = _("%(done)s of %(all)s messages looked at.")
        numbers = {"done": f"{run.looked_at:,}", "all": f"{run.found:,}"}
        return Standing("busy", _("Being fetched"), said % numbers, run)
    if run is not None and run.outcome in (outcomes.FAILED, outcomes.LOST):
        return Standing("bad", _("Failing"), run.sentence, run)
    if not mailbox.is_active:
        return Standing("quiet", _("Paused"), _("It is fetched only when somebody asks."), run)
    if run is None:
        return Standing("quiet", _("Not fetched yet"), _("Its first run is due."), run)
    return Standing("good", _("Works"), run.sentence, run)
