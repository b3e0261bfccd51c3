"""An event in words: what happened, what to do, what it changed, and why to trust it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bounces.models import BounceEvent
from bounces.parsing.reasons.names import REASONS


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences about one event; `advice` may be empty."""

    sentence: str
    advice: str
    consequence: str
    trust: str


# What an event did to its address, in a word.
EFFECTS = {
    "suppress": gettext_lazy("Suppressed"),
    "remove": gettext_lazy("Removed"),
    "counted": gettext_lazy("Counted"),
}
_CONSEQUENCES = {
    "suppress": gettext_lazy("The address was suppressed: it is not mailed until that is lifted."),
    "remove": gettext_lazy("The address was suppressed and taken off the list."),
    "counted": gettext_lazy("It was counted against the address, which is still mailed."),
}
_OF_KINDS = {
    "delayed": gettext_lazy("Nothing yet: the sending server is still trying."),
    "delivered": gettext_lazy("Nothing: the message arrived."),
    "autoreply": gettext_lazy("Nothing: an automatic reply is no bounce."),
}


def explain(event: BounceEvent) -> Explanation:
    """Put `event` into words."""
    reason = REASONS.get(event.reason)
    return Explanation(
        sentence=_(reason.sentence) if reason else event.reason,
        advice=_(reason.advice) if reason and reason.advice else "",
        consequence=str(consequence(event)),
        trust=str(event.get_proof_display()) + ".",
    )


def consequence(event: BounceEvent) -> str:
    """What the event changed, in a sentence."""
    if event.kind in _OF_KINDS:
        return _OF_KINDS[event.kind]
    if event.effect in _CONSEQUENCES:
        return _CONSEQUENCES[event.effect]
    if event.trust == BounceEvent.Trust.UNVERIFIED:
        return _("Nothing: it is not verified, so it is in no rate and suppresses nobody.")
    if event.category == BounceEvent.Category.BLOCK:
        return _(
            "It counts in the list's rate. A block is about the sender, so the address is still "
            "mailed."
        )
    if event.mailing_list_id is None:
        return _("Nothing: no list is known for it.")
    return _("Nothing.")
