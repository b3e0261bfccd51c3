"""The accounts that an installation starts with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group, User


@dataclass(frozen=True, slots=True)
class Login:
    """An account, and what to say of its password."""

    username: str
    password: str
    """The password itself only where it was made up just now: it is shown this once."""

    def __str__(self) -> str:
        return f"login: {self.username}  password: {self.password}"


def first_admin(username: str, password: str, email: str) -> Login:
    """Make the first administrator where there is none; a password is made up if none is given."""
    known = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if known is not None:
        name = known.get_username()
        return Login(name, f"as before (reset: manage.py changepassword {name})")
    secret, told = _secret(password, "ADMIN_PASSWORD")
    User.objects.create_superuser(username, email, secret)
    return Login(username, told)


def demo_marketer(password: str) -> Login:
    """An account that sees the demo as a marketer does."""
    if User.objects.filter(username="marketer").exists():
        return Login("marketer", "as before (reset: manage.py changepassword marketer)")
    secret, told = _secret(password, "DEMO_PASSWORD")
    user = User.objects.create_user("marketer", "marketer@example.com", secret, is_staff=True)
    user.groups.add(Group.objects.get(name="Marketer"))
    return Login("marketer", told)


def _secret(given: str, variable: str) -> tuple[str, str]:
    """The password, and what is said of it."""
    if given:
        return given, f"as in {variable}"
    made_up = secrets.token_urlsafe(12)
    return made_up, made_up
