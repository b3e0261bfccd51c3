"""How a webhook does, in a word and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bounces.models import WebhookEndpoint
from bounces.sources.webhooks.providers import PROVIDERS


@dataclass(frozen=True, slots=True)
class Standing:
    """`band` is a colour's name; `problem` may be empty."""

    word: str
    band: str
    sentence: str
    problem: str = ""

    @property
    def tone(self) -> str:
        """How the page's head looks."""
        return {"healthy": "good", "critical": "bad"}.get(self.band, "")


def standing(row: WebhookEndpoint) -> Standing:
    """Look at the row alone: a list of them costs no query each."""
    provider = PROVIDERS[row.provider]
    if not row.is_active:
        return Standing(_("Off"), "unknown", _("It refuses every request until it is active."))
    if provider.secret is not None and not row.sealed_secret:
        sentence = _("%(label)s is missing: enter it in the settings. Until then it refuses all.")
        said = sentence % {"label": provider.secret.label}
        return Standing(_("Not ready"), "attention", said, said)
    failed_last = row.last_error_at and (
        row.last_event_at is None or row.last_error_at > row.last_event_at
    )
    if failed_last:
        return Standing(
            _("Refused"), "critical", _("Its last request was refused."), row.last_error
        )
    if row.last_event_at is None:
        return Standing(
            _("Waiting"), "attention", _("No event has come yet. Enter its address at the service.")
        )
    return Standing(_("Works"), "healthy", _("Events come and are understood."))
