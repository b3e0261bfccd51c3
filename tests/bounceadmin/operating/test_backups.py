"""Backing up and restoring, with the real programs and real databases."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.bounceadmin.running import clean_environment, manage
from tests.services import need, need_postgresql

_FILL = """
from tests.factories import make_campaign, make_event, make_message, make_subscriber
from lists.suppressing import SuppressionWish, suppress
from lists.models import MailingList
campaign = make_campaign()
for n in range(20):
    make_subscriber(f"p{n}@example.net", campaign.mailing_list)
    make_event(campaign=campaign, address=f"p{n}@example.net")
suppress([SuppressionWish("p1@example.net", "hard", "It bounced.")], "test")
"""
_LOOK = """
from django.apps import apps
from django.db import connection, Error, transaction
from lists.models import SuppressionLog
counts = {m._meta.db_table: m.objects.count() for m in apps.get_models()}
print("ROWS", sorted(counts.items()))
try:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE lists_suppressionlog SET why = 'forged'")
    print("FORGED")
except Error:
    print("APPEND-ONLY")
from tests.factories import make_list
make_list(name="the next number is free")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request, tmp_path: Path):
    """The environments of a filled site and of an empty one."""
    here, there = (clean_environment(tmp_path / name) for name in ("here", "there"))
    for environment in (here, there):
        environment["SECRET_KEY"] = "the same in both"
    if request.param == "sqlite":
        here.pop("DATABASE_URL", None)
        there.pop("DATABASE_URL", None)
        yield here, there
        return
    need("pg_dump", "PostgreSQL's backup program")
    server = need_postgresql()
    # Whoever else tests on this server has others.
    names = {f"ba_backup_here_{os.getpid()}": here, f"ba_backup_there_{os.getpid()}": there}
    parts = urlsplit(server)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as admin:
        for name, environment in names.items():
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
            environment["DATABASE_URL"] = parts._replace(path=f"/{name}").geturl()
        yield here, there
        for name in names:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def run(environment: dict[str, str], *arguments: str) -> str:
    done = manage(environment, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_what_is_restored_is_what_was_backed_up(places, tmp_path):
    here, there = places
    file = tmp_path / "bounceadmin.backup"
    run(here, "migrate")
    run(here, "shell", "-c", _FILL)
    assert "SECRET_KEY" in run(here, "backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = run(here, "shell", "-c", _LOOK)

    run(there, "restore", str(file))
    run(there, "migrate", "--check")
    assert run(there, "shell", "-c", _LOOK) == before
    assert "APPEND-ONLY" in before
    assert "('bounces_bounceevent', 20)" in before

    again = manage(there, "restore", str(file))
    assert again.returncode == 1
    assert "not empty" in again.stderr
    twice = manage(here, "backup", str(file))
    assert "exists: name another file" in twice.stderr


@pytest.mark.slow
def test_what_is_no_backup_changes_nothing(places, tmp_path):
    _here, there = places
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8 no database at all " * 1000)
    done = manage(there, "restore", str(file))
    assert done.returncode == 1
    assert "CommandError: " in done.stderr
    assert manage(there, "restore", str(tmp_path / "nothing")).returncode == 1
