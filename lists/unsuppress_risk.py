"""How much lifting suppressions risks, and so how much it asks for. Pure but for the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext_lazy as _


class Risk(IntEnum):
    """From a mailbox that was full to a person who complained."""

    LOW = 1
    HIGH = 2
    GRAVE = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked besides a reason. Empty texts ask nothing."""

    risk: Risk
    warning: str = ""
    confirm: str = ""
    """What they tick."""
    refused: str = ""
    """What they are told without the tick."""


_QUESTIONS = {
    Risk.LOW: Question(Risk.LOW),
    Risk.HIGH: Question(
        Risk.HIGH,
        warning=_(
            "The receiving server said that the address does not exist. Mail to dead addresses "
            "costs reputation."
        ),
        confirm=_("I know that it exists now: the person wrote from it, or its server was broken."),
        refused=_("Tick this, or leave it in force."),
    ),
    Risk.GRAVE: Question(
        Risk.GRAVE,
        warning=_(
            "A person reported your mail as spam or unsubscribed. Mailing them again without their "
            "wish harms your reputation with their provider, and may be against the law."
        ),
        confirm=_("This person asked to be mailed again."),
        refused=_("Tick this, or leave it in force."),
    ),
}
# Cause of a suppression -> risk; any other cause is low.
_RISKS = {"hard": Risk.HIGH, "complaint": Risk.GRAVE, "unsubscribe": Risk.GRAVE}
# So many at once are confirmed by writing how many they are.
MANY = 10


def question_for(causes: Sequence[str]) -> Question:
    """What lifting suppressions with these causes asks for: as much as the gravest of them."""
    return _QUESTIONS[max((_RISKS.get(cause, Risk.LOW) for cause in causes), default=Risk.LOW)]


def to_type(addresses: Sequence[str], risk: Risk) -> str:
    """What a person must write to show that they mean it; empty where nothing.

    The address itself where one person complained; the number of them where they are many.
    """
    if len(addresses) >= MANY:
        return str(len(addresses))
    if risk == Risk.GRAVE:
        return addresses[0] if len(addresses) == 1 else str(len(addresses))
    return ""
