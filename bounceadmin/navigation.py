"""The sidebar: what the site has, in the order people need it, as far as they may see it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_lazy

# Group -> (title, icon, address, permission to see it).
_GROUPS = (
    (
        "",
        (
            (gettext_lazy("Dashboard"), "monitoring", "admin:index", ""),
            (gettext_lazy("Find an address"), "person_search", "address",
             "lists.view_subscriber"),
            (gettext_lazy("Alerts"), "notifications", "admin:bounceadmin_alert_changelist",
             "bounceadmin.view_alert"),
        ),
    ),
    (
        gettext_lazy("Whom we mail"),
        (
            (gettext_lazy("Lists"), "list_alt", "admin:lists_mailinglist_changelist",
             "lists.view_mailinglist"),
            (gettext_lazy("Campaigns"), "campaign", "admin:lists_campaign_changelist",
             "lists.view_campaign"),
            (gettext_lazy("Changes of band"), "swap_vert", "admin:lists_bandchange_changelist",
             "lists.view_bandchange"),
            (gettext_lazy("Reports of sends"), "outgoing_mail", "admin:lists_sendreport_changelist",
             "lists.view_sendreport"),
            (gettext_lazy("Subscribers"), "group", "admin:lists_subscriber_changelist",
             "lists.view_subscriber"),
            (gettext_lazy("Suppressions"), "block", "admin:lists_suppression_changelist",
             "lists.view_suppression"),
            (gettext_lazy("Suppression log"), "history", "admin:lists_suppressionlog_changelist",
             "lists.view_suppressionlog"),
        ),
    ),
    (
        gettext_lazy("What came back"),
        (
            (gettext_lazy("Bounce events"), "undo", "admin:bounces_bounceevent_changelist",
             "bounces.view_bounceevent"),
            (gettext_lazy("Messages"), "mail", "admin:bounces_inboundmessage_changelist",
             "bounces.view_inboundmessage"),
            (gettext_lazy("Loops and storms"), "sync_problem",
             "admin:bounces_senderhour_changelist", "bounces.view_senderhour"),
            (gettext_lazy("Mailboxes"), "inbox", "admin:bounces_mailbox_changelist",
             "bounces.view_mailbox"),
            (gettext_lazy("Listening addresses"), "alternate_email",
             "admin:bounces_bounceaddress_changelist", "bounces.view_bounceaddress"),
            (gettext_lazy("Webhooks"), "webhook", "admin:bounces_webhookendpoint_changelist",
             "bounces.view_webhookendpoint"),
        ),
    ),
    (
        gettext_lazy("Why"),
        (
            (gettext_lazy("Diagnostics"), "troubleshoot",
             "admin:diagnostics_diagnosticrun_changelist", "diagnostics.view_diagnosticrun"),
            (gettext_lazy("DMARC reports"), "verified_user",
             "admin:diagnostics_dmarcreport_overview", "diagnostics.view_dmarcreport"),
            (gettext_lazy("Round trips"), "sync_alt", "admin:diagnostics_probe_changelist",
             "diagnostics.view_probe"),
        ),
    ),
    (
        gettext_lazy("Settings"),
        (
            (gettext_lazy("Set up"), "checklist", "start", "lists.add_mailinglist"),
            (gettext_lazy("Policies"), "tune", "admin:lists_streampolicy_changelist",
             "lists.view_streampolicy"),
            (gettext_lazy("Outgoing webhooks"), "webhook", "admin:outgoing_endpoint_changelist",
             "outgoing.view_endpoint"),
            (gettext_lazy("API tokens"), "key", "admin:api_apitoken_changelist",
             "api.view_apitoken"),
            (gettext_lazy("Accounts"), "manage_accounts", "admin:auth_user_changelist",
             "auth.view_user"),
            (gettext_lazy("Failed logins"), "lock", "admin:axes_accessattempt_changelist",
             "axes.view_accessattempt"),
            (gettext_lazy("Roles"), "badge", "admin:auth_group_changelist", "auth.view_group"),
        ),
    ),
)  # fmt: skip


def account(request: HttpRequest) -> list[dict[str, str]]:
    """The links of the reader's own menu."""
    return [
        {"title": gettext("My settings"), "link": reverse("preferences")},
        {"title": gettext("Change password"), "link": reverse("admin:password_change")},
        {"title": gettext("Second factor"), "link": reverse("second-factor")},
    ]


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """The sidebar's groups as unfold takes them; a page the site does not have is left out."""
    groups = []
    for title, rows in _GROUPS:
        items = [
            {"title": gettext(name), "icon": icon, "link": link}
            for name, icon, address, permission in rows
            if (not permission or request.user.has_perm(permission)) and (link := _link(address))
        ]
        if items:
            groups.append({"title": str(title), "separator": bool(title), "items": items})
    return groups


def _link(address: str) -> str:
    try:
        return reverse(address)
    except NoReverseMatch:
        return ""
