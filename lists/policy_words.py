"""A policy in plain sentences, for who reads it rather than edits it."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lists.policy import Action, Policy, Unverified

_REACHES = {
    "global": gettext_lazy("from everything we send"),
    "stream": gettext_lazy("from the whole stream"),
    "list": gettext_lazy("from this list only"),
}
_UNVERIFIED = {
    Unverified.NOTHING: gettext_lazy(
        "Bounces that nothing proves are kept and shown; they do nothing."
    ),
    Unverified.SCORE: gettext_lazy(
        "Bounces that nothing proves add points, as soft bounces do: no single one suppresses."
    ),
    Unverified.EVERYTHING: gettext_lazy(
        "Bounces that nothing proves do everything, so that a forged one can suppress."
    ),
}


def in_words(policy: Policy) -> list[str]:
    """What `policy` does, a sentence a rule, in an order that does not change."""
    return [
        _hard(policy),
        _soft(policy),
        _("Blocks are never held against the address."),
        _complaints(policy),
        str(_UNVERIFIED[policy.unverified]),
        _origin(policy),
        _probation(policy),
        _("A bounced address is kept away %(reach)s.") % {"reach": _REACHES[policy.bounce_reach]},
    ]


def _hard(policy: Policy) -> str:
    return _(
        "Hard bounce number %(suppress)d suppresses the address, number %(remove)d takes it off "
        "the list."
    ) % {"suppress": policy.hard_suppress_at, "remove": policy.hard_remove_at}


def _soft(policy: Policy) -> str:
    score = _("Soft bounces suppress at a score of %(score)s, which halves every %(days)s days") % {
        "score": _number(policy.soft_suppress_at),
        "days": _number(policy.soft_half_life_days),
    }
    days = policy.soft_cool_off_days
    if not days:
        return _("%(score)s, for good.") % {"score": score}
    for_days = ngettext("for %(n)d day", "for %(n)d days", days) % {"n": days}
    return _("%(score)s, %(for_days)s.") % {"score": score, "for_days": for_days}


def _number(value: float) -> str:
    """`5` rather than `5.0`."""
    return number_format(int(value) if value == int(value) else value)


def _complaints(policy: Policy) -> str:
    if policy.complaint_action == Action.COUNTED:
        return _("Complaints are counted; the person is still mailed.")
    reach = _REACHES[policy.complaint_reach]
    if policy.complaint_action == Action.REMOVE:
        return _("A complaint keeps the address away %(reach)s and takes it off the list.") % {
            "reach": reach
        }
    return _("A complaint keeps the address away %(reach)s.") % {"reach": reach}


def _origin(policy: Policy) -> str:
    if policy.believe_origin:
        return _("A bounce that the recipient's own mail servers hand over counts as proved.")
    return _("Which server hands a bounce over proves nothing.")


def _probation(policy: Policy) -> str:
    days = policy.probation_days
    if not days:
        return _("After it was unsuppressed an address is treated like any other.")
    if policy.probation_action == Action.REMOVE:
        text = ngettext(
            "Within %(n)d day of being unsuppressed, one hard bounce takes an address off the "
            "list.",
            "Within %(n)d days of being unsuppressed, one hard bounce takes an address off the "
            "list.",
            days,
        )
    else:
        text = ngettext(
            "Within %(n)d day of being unsuppressed, one hard bounce suppresses an address again.",
            "Within %(n)d days of being unsuppressed, one hard bounce suppresses an address again.",
            days,
        )
    return text % {"n": days}
