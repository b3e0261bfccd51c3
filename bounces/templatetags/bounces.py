"""Words for reasons, and ways to the bounces behind a number."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bounces.kept_words import shown
from bounces.models import RoadState
from bounces.parsing.reasons.names import REASONS
from bounces.words import reason_sentence

register = template.Library()

register.filter("kept", shown)
register.filter("reason_sentence", reason_sentence)

# What a page may ask for -> the parameter of the events' list.
_FILTERS = {
    "kind": "kind__exact",
    "category": "category__exact",
    "reason": "reason",
    "trust": "trust__exact",
    "mailing_list": "mailing_list__id__exact",
    "campaign": "campaign__id__exact",
    "days": "days",
    "search": "q",
    "about": "about",
}
# Kind of evidence -> the page that shows it, and its name.
_EVIDENCE = {
    "event": ("admin:bounces_bounceevent_change", gettext_lazy("The bounce")),
    "import": ("admin:lists_suppressionimport_change", gettext_lazy("The import")),
}


@register.filter
def reason_advice(name: str) -> str:
    """What to do about the reason; empty where there is nothing."""
    return _(REASONS[name].advice) if name in REASONS and REASONS[name].advice else ""


@register.filter
def reason_category(name: str) -> str:
    """`hard`, `soft`, `block` or empty."""
    return REASONS[name].category if name in REASONS else ""


@register.simple_tag
def events_url(**wanted: object) -> str:
    """The list of bounce events, filtered; what is empty filters nothing."""
    query = {_FILTERS[name]: value for name, value in wanted.items() if value}
    url = reverse("admin:bounces_bounceevent_changelist")
    return f"{url}?{urlencode(query)}" if query else url


@register.filter
def evidence_url(evidence: str) -> str:
    """The page of what `event:12` or `import:3` names; empty for other evidence."""
    kind, _colon, number = evidence.partition(":")
    if kind not in _EVIDENCE or not number.isdecimal():
        return ""
    return reverse(_EVIDENCE[kind][0], args=[number])


@register.filter
def evidence_title(evidence: str) -> str:
    """What the link to the evidence says."""
    kind = evidence.partition(":")[0]
    return str(_EVIDENCE[kind][1]) if kind in _EVIDENCE else evidence


@register.filter
def road_url(road: RoadState) -> str:
    """Where to look after a road; empty where there is no page for it."""
    kind, _colon, number = road.key.partition(":")
    if kind != "mailbox" or not number.isdecimal():
        return ""
    return reverse("admin:bounces_mailbox_change", args=[number])
