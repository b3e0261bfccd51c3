"""The name that this installation is known by in mail."""

from __future__ import annotations

from django.conf import settings


def own_name() -> str:
    """The first whole host name of `ALLOWED_HOSTS`; empty where there is none."""
    names = (name.lstrip(".") for name in settings.ALLOWED_HOSTS)
    return next((name for name in names if "." in name and not name[-1].isdigit()), "")
