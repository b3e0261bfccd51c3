"""Statuses, steps and diagnoses as people see them."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diagnostics import showing
from diagnostics.checks.findings import DnsRecord
from diagnostics.models import DiagnosticRun
from diagnostics.plans import PLANS
from diagnostics.scenarios import offered
from diagnostics.words import CHECKS, STATUSES, in_words
from lists.health import Health
from lists.models import Campaign, MailingList

register = template.Library()

register.filter("outcome", showing.outcome)
register.filter("in_words", in_words)


@register.simple_tag
def status_pill(status: str) -> SafeString:
    """A coloured pill with the status's word."""
    if not status:
        return SafeString("")
    label = STATUSES.get(status, status)
    return format_html('<span class="ba-pill ba-status-{}">{}</span>', status, label)


@register.filter
def check_word(name: str) -> str:
    """A check's short name."""
    return str(CHECKS.get(name, name))


@register.filter
def zone_lines(records: list[dict[str, str]]) -> str:
    """Records as lines of a zone file."""
    return "\n".join(str(DnsRecord(**record)) for record in records)


@register.filter
def took(seconds: float | None) -> str:
    """`0.12 s`; empty where it took no time."""
    if not seconds or seconds < 0.005:
        return ""
    return _("%(n)s s") % {"n": number_format(seconds, 2 if seconds < 10 else 0)}


@register.simple_tag
def start_url(about: MailingList | Campaign | str) -> str:
    """Where a person chooses what to ask about a list, a campaign or a bounce domain."""
    query = urlencode({"about": about_key(about)})
    return f"{reverse('admin:diagnostics_diagnosticrun_start')}?{query}"


@register.filter
def about_key(about: MailingList | Campaign | str) -> str:
    """What names a subject in a form: `list:3`, `campaign:5` or `domain:bounces.example.com`."""
    if isinstance(about, Campaign):
        return f"campaign:{about.pk}"
    return f"list:{about.pk}" if isinstance(about, MailingList) else f"domain:{about}"


@register.inclusion_tag("bounceadmin/parts/diagnosis_card.html", takes_context=True)
def diagnosis_card(
    context: dict, about: MailingList | Campaign, health: Health
) -> dict[str, object]:
    """The last diagnosis of a list or campaign, and what to ask now."""
    runs = DiagnosticRun.objects.select_related("mailing_list", "campaign")
    if isinstance(about, Campaign):
        runs = runs.filter(mailing_list=about.mailing_list_id, campaign=about)
    else:
        runs = runs.filter(mailing_list=about)
    counts = health.counts
    name = offered(health.band, counts.sent, counts.hard, counts.soft, counts.block)
    perms = context["perms"]
    return {
        "about": about,
        "is_campaign": isinstance(about, Campaign),
        "runs": runs.order_by("-id")[:3],
        "offered": PLANS.get(name),
        "may_see": perms["diagnostics"]["view_diagnosticrun"],
        "may_run": perms["diagnostics"]["add_diagnosticrun"],
        "may_probe": perms["diagnostics"]["add_probe"],
        "csrf_token": context.get("csrf_token"),
        "request": context.get("request"),
    }


@register.filter
def hour_top(count: int, hours: list[int]) -> int:
    """Where the bar of one hour begins, of 40 from the top."""
    most = max(hours, default=0)
    return 40 - round(40 * count / most) if most else 40
