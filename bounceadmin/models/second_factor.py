"""The app that shows somebody's codes, with its secret encrypted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from bounces.sources.sealing import unseal

# What django-otp's own column holds instead. It is no hexadecimal number, so that code which
# takes it for a secret fails rather than lets in.
ELSEWHERE = "sealed"


class AuthenticatorApp(TOTPDevice):
    """django-otp's device, which counts tries and time; only its secret is kept here."""

    # What `manage.py reseal` puts under a new key.
    SEALED = ("sealed_key",)

    sealed_key = models.TextField(editable=False)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    @property
    def bin_key(self) -> bytes:
        """The secret. UnsealableError where its key is gone."""
        return bytes.fromhex(unseal(self.sealed_key))
