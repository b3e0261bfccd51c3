"""What the guide says of the roles is what the roles may do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

ROOT = Path(__file__).resolve().parent.parent.parent
ROLES = ("Marketer", "Operator", "Admin")
# How a row of the guide's table begins -> permissions that its pages ask for.
ASKED = {
    "see lists": (
        "lists.view_mailinglist", "bounces.view_bounceevent", "bounces.view_inboundmessage",
        "lists.view_suppression", "diagnostics.view_diagnosticrun", "bounceadmin.view_alert",
    ),
    "find an address": ("lists.view_subscriber",),
    "suppress, unsuppress": ("lists.change_suppression",),
    "run diagnostics": ("diagnostics.add_diagnosticrun", "diagnostics.add_probe"),
    "clean a list": ("lists.add_cleaning", "lists.pause_campaign", "lists.add_note"),
    "have messages processed": ("bounces.change_inboundmessage",),
    "add lists": (
        "lists.add_mailinglist", "lists.add_campaign", "lists.add_subscriber",
        "bounces.add_mailbox", "bounces.add_webhookendpoint", "lists.change_streampolicy",
    ),
    "hand in": ("lists.add_sendreport",),
    "give out and erase": ("lists.delete_subscriber",),
    "make accounts": ("auth.add_user", "api.add_apitoken", "axes.view_accessattempt"),
}  # fmt: skip


def table() -> dict[str, tuple[bool, ...]]:
    """What the guide says: row -> whether each role may."""
    text = (ROOT / "docs/guide.md").read_text().partition("| who may |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \| (.*?) ?\| (.*?) ?\| (.*?) ?\|$", text, re.MULTILINE)
    return {what: tuple(cell == "yes" for cell in cells) for what, *cells in rows if what != "---"}


@pytest.mark.django_db
@pytest.mark.parametrize("begins", ASKED)
def test_the_table_of_roles_is_true(begins):
    [said] = [said for what, said in table().items() if what.startswith(begins)]
    for permission in ASKED[begins]:
        app, _, name = permission.partition(".")
        holders = Group.objects.filter(
            permissions__content_type__app_label=app, permissions__codename=name
        )
        names = set(holders.values_list("name", flat=True))
        assert tuple(role in names for role in ROLES) == said, permission


def test_every_row_is_looked_at():
    assert len(table()) == len(ASKED)
