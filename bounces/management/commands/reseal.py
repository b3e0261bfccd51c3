"""`manage.py reseal`: after a change of SECRET_KEY, stored secrets under the new key."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from bounces.sources.resealing import reseal


class Command(BaseCommand):
    help = (
        "Encrypt stored passwords and tokens anew with SECRET_KEY. Run it after changing the key, "
        "with the former one in SECRET_KEY_FALLBACKS; then that can be dropped."
    )

    def handle(self, **_options) -> None:
        done = reseal()
        self.stdout.write(f"Sealed anew: {done.sealed:,} secrets.")
        for where in done.lost:
            self.stderr.write(f"Its key is gone, enter it again: {where}")
