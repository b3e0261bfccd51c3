"""docs/operating.md has every command of ours."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("bounceadmin", "lists", "bounces", "diagnostics")


def test_every_command_is_documented_and_is_there():
    section = (ROOT / "docs/operating.md").read_text().partition("## Commands")[2]
    rows = re.findall(r"^\| (`.+?) \|", section.partition("\n## ")[0], re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    commands = get_commands()
    assert {name for name, app in commands.items() if app in OURS} <= documented
    assert documented <= set(commands)
