"""`manage.py reset_second_factor USERNAME`, for the administrator who lost app and codes."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounceadmin.logins import second_factor


class Command(BaseCommand):
    help = "Turn off the second factor of an account. Its password stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **_) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        second_factor.turn_off(user, by="the command line")
        self.stdout.write(f"The second factor of {username} is off.")
