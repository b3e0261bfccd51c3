"""The three roles, as Django groups that every migration brings up to date."""

from __future__ import annotations

from django.apps import apps as installed
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_SEEN = ("lists", "bounces", "diagnostics")

# Role -> what it may, in a sentence for whoever gives it.
ABOUT = {
    "Marketer": _("sees everything about list health, changes nothing."),
    "Operator": _(
        "sees, runs diagnostics, lets addresses be mailed again, cleans lists, pauses campaigns."
    ),
    "Admin": _("does everything, with policies, mailboxes, webhooks, tokens and accounts."),
}
# Role -> permissions as `app.codename`; `*` stands for any text.
ROLES: dict[str, tuple[str, ...]] = {
    "Marketer": (*(f"{app}.view_*" for app in _SEEN), "bounceadmin.view_alert"),
    "Operator": (
        *(f"{app}.view_*" for app in _SEEN),
        "bounceadmin.view_alert*",
        "lists.change_suppression",
        "diagnostics.add_diagnosticrun",
        "diagnostics.add_probe",
        "lists.add_cleaning",
        "lists.pause_campaign",
        "lists.add_note",
    ),
    "Admin": (
        *(f"{app}.*" for app in _SEEN),
        *("bounceadmin.*", "api.*", "outgoing.*", "auth.*", "axes.*"),
    ),
}


def create_roles(**_kwargs) -> None:
    """Give each role's group the permissions of the table; called after every `migrate`."""
    if not installed.is_installed("django.contrib.auth"):
        return
    for name, wanted in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        query = Q(pk__in=[])
        for permission in wanted:
            app, _dot, codename = permission.partition(".")
            start = codename.removesuffix("*")
            exact = Q(codename=codename) if start == codename else Q(codename__startswith=start)
            query |= Q(content_type__app_label=app) & exact
        group.permissions.add(*Permission.objects.filter(query))
