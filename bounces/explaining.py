"""An event in words: what happened, what to do, what it changed, and why to trust it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bounces import bounding
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
    "bounded": gettext_lazy("Not believed"),
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
    "unsubscribe": gettext_lazy("The person is off the list, by their own wish."),
}
# Kinds that have no reason.
_SENTENCES = {"unsubscribe": gettext_lazy("The person unsubscribed at your mail service.")}


def explain(event: BounceEvent) -> Explanation:
    """Put `event` into words."""
    reason = REASONS.get(event.reason)
    proof = _("%(proof)s.") % {"proof": event.get_proof_display()}
    return Explanation(
        sentence=_(reason.sentence) if reason else str(_SENTENCES.get(event.kind, event.reason)),
        advice=_(reason.advice) if reason and reason.advice else "",
        consequence=str(consequence(event)),
        trust=f"{proof} {event.proof_note}".rstrip(),
    )


def consequence(event: BounceEvent) -> str:
    """What the event changed, in a sentence."""
    unverified = event.trust == BounceEvent.Trust.UNVERIFIED
    if event.kind in _OF_KINDS and not (unverified and event.kind == "unsubscribe"):
        return _OF_KINDS[event.kind]
    if event.effect == bounding.EFFECT:
        return _(
            "Nothing: more bounces about this person came in a day than a campaign is likely to "
            "send mails to one, so this one is not believed. It is in no rate."
        )
    if event.effect in _CONSEQUENCES:
        return _CONSEQUENCES[event.effect]
    if unverified:
        return _("Nothing: it is not verified, so it is in no rate and suppresses nobody.")
    if event.category == BounceEvent.Category.BLOCK:
        return _(
            "It counts in the list's rate. A block is about the sender, so the address is still "
            "mailed."
        )
    if event.mailing_list_id is None:
        return _("Nothing: no list is known for it.")
    return _("Nothing.")
