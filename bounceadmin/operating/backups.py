"""The whole database into one file, and back, while the site goes on running.

SQLite is copied with its own backup call, since a copy of the file alone would miss what is in the
write-ahead log; PostgreSQL by pg_dump and pg_restore. Secret keys are in no backup.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

# settings_dict -> environment variable of libpq; the password must not be seen in a process list.
_LIBPQ = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}


class BackupError(Exception):
    """Nothing was written or changed; the text says why and what to do."""


def back_up(target: Path) -> int:
    """Write the database to `target`; return its bytes. A file that is there is not replaced."""
    if target.exists():
        raise BackupError(f"{target} exists: name another file.")
    draft = target.with_name(f".{target.name}.part")
    try:
        # Addresses are in it: for this user alone.
        draft.touch(mode=0o600)
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(connection.settings_dict["NAME"]), draft)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")
        draft.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path) -> None:
    """Fill the database of the settings, which must be empty, from a backup."""
    if not source.is_file():
        raise BackupError(f"{source} is no file.")
    if connection.introspection.table_names():
        raise BackupError(
            "The database is not empty. Make a new one, name it in DATABASE_URL (or DATA_DIR), "
            "and restore into that."
        )
    connection.close()
    if connection.vendor == "sqlite":
        try:
            _copy_sqlite(source, Path(connection.settings_dict["NAME"]))
        except sqlite3.Error as error:
            raise BackupError(f"{source} is no backup of SQLite: {error}") from error
    else:
        _run(
            "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
            "--single-transaction", f"--dbname={connection.settings_dict['NAME']}", str(source),
        )  # fmt: skip


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as this,
        closing(sqlite3.connect(target)) as that,
    ):
        this.backup(that)


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} is not installed: install PostgreSQL's client programs.")
    given = connection.settings_dict
    environment = {name: str(given[key]) for key, name in _LIBPQ.items() if given.get(key)}
    environment |= {
        f"PG{option.upper()}": str(value)
        for option, value in given.get("OPTIONS", {}).items()
        if option.startswith("ssl")
    }
    done = subprocess.run(
        [path, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(done.stderr.strip() or f"{program} ended with code {done.returncode}.")
