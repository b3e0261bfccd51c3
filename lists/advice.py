"""From health to a suggested action and its cause, in sentences. Computes, asks no database."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lists.bands import BANDS, Band
from lists.counted import Counts, Domain
from lists.health import Health

# A single domain that has this share of the bounces is named as their cause.
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, why, and where that is done."""

    action: str
    """A sentence: what to do."""
    cause: str
    """A sentence: what drives it; empty where nothing needs explaining."""
    step: str
    """What the button says."""
    category: str
    """The category of bounces to look at: `hard`, `soft`, `block`, or empty for all of them."""


@dataclass(frozen=True, slots=True)
class _Words:
    at_one_domain: str
    everywhere: str
    action: str
    step: str


_WORDS: dict[str, _Words] = {
    "hard": _Words(
        gettext_lazy("%(share)d %% of it is addresses at %(domain)s that do not exist."),
        gettext_lazy("%(share)d %% of it is addresses that do not exist."),
        gettext_lazy("Take the dead addresses off the list and look where they came from."),
        gettext_lazy("See the dead addresses"),
    ),
    "soft": _Words(
        gettext_lazy("%(share)d %% of it is %(domain)s putting your mail off."),
        gettext_lazy("%(share)d %% of it is temporary: full mailboxes, busy or failing servers."),
        gettext_lazy("Send more slowly, and watch whether it passes."),
        gettext_lazy("See what was put off"),
    ),
    "block": _Words(
        gettext_lazy("%(share)d %% of it is %(domain)s refusing your server."),
        gettext_lazy("%(share)d %% of it is receivers refusing your server or your message."),
        gettext_lazy("Check blocklists, SPF, DKIM and DMARC before you send again."),
        gettext_lazy("See the refusals"),
    ),
}


def advise(health: Health) -> Advice:
    """The suggested action for a list or campaign with `health`."""
    counts, band = health.counts, health.band
    if not counts.sent:
        return _without_sends(counts)
    if band in (Band.UNKNOWN, Band.HEALTHY) or not counts.bounced:
        return Advice(_(BANDS[band].action), "", _("See the bounces"), "")
    category, cause = _cause(counts, health.worst_domain)
    words = _WORDS[category]
    return Advice(f"{_(BANDS[band].action)} {words.action}", cause, str(words.step), category)


def _without_sends(counts: Counts) -> Advice:
    if counts.bounced:
        return Advice(
            _("Report how many were sent: without it there is no rate."),
            _("%(n)d bounces came, and no sends are reported.") % {"n": counts.bounced},
            _("See the bounces"),
            "",
        )
    return Advice(_("Nothing was sent in this period."), "", _("See the bounces"), "")


def _cause(counts: Counts, worst: Domain | None) -> tuple[str, str]:
    """The category that drives the rate, and the sentence that says so."""
    if worst is not None:
        category, number = _largest(worst.counts)
        # The domain's may have been counted some minutes before.
        share = min(1, number / counts.bounced)
        if share >= _MOST:
            known = {"share": round(100 * share), "domain": worst.domain}
            return category, _WORDS[category].at_one_domain % known
    category, number = _largest(counts)
    share = round(100 * number / counts.bounced)
    return category, _WORDS[category].everywhere % {"share": share}


def _largest(counts: Counts) -> tuple[str, int]:
    return max(counts.by_category.items(), key=lambda item: item[1])
