"""`manage.py reseal`: after a change of SECRET_KEY, stored secrets under the new key."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from bounces.sources.resealing import reseal
from lists.models import Suppression
from lists.pseudonyms import MARK


class Command(BaseCommand):
    help = (
        "Encrypt stored passwords, tokens and second factors anew with SECRET_KEY. Run it after "
        "changing the key, with the former one in SECRET_KEY_FALLBACKS. What else needs the former "
        "one is in docs/operating.md, Changing secrets."
    )

    def handle(self, **_options) -> None:
        done = reseal()
        self.stdout.write(f"Sealed anew: {done.sealed:,} secrets.")
        for where in done.lost:
            self.stderr.write(f"Its key is gone, enter it again: {where}")
        forgotten = Suppression.objects.active().filter(address__startswith=MARK).count()
        if forgotten and settings.SECRET_KEY_FALLBACKS:
            self.stdout.write(
                f"Keep the former key in SECRET_KEY_FALLBACKS: {forgotten:,} suppressions are of "
                "forgotten addresses, which are recognised by the key of their time only."
            )
