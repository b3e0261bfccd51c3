"""The second factor: six digits of an app (TOTP, RFC 6238), or a recovery code, once each."""

from __future__ import annotations

import base64
import logging
import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from bounceadmin.models.second_factor import ELSEWHERE, AuthenticatorApp
from bounces.sources.sealing import UnsealableError, seal

log = logging.getLogger(__name__)

RECOVERY_CODES = 10
_SECRET_BYTES = 20  # RFC 4226 4: as long as the hash's value.
_SUPERUSER, _EVERYONE = "superuser", "everyone"


class RefusedError(Exception):
    """The code does not hold; the text says so to its owner."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What someone has: an app since when, and how many recovery codes are left."""

    app: AuthenticatorApp | None
    codes_left: int
    required: bool


def standing(user: User) -> Standing:
    app = AuthenticatorApp.objects.filter(user=user, confirmed=True).first()
    left = StaticToken.objects.filter(device__user=user).count() if app else 0
    return Standing(app, left, is_required(user))


def has_one(user: User) -> bool:
    return AuthenticatorApp.objects.filter(user=user, confirmed=True).exists()


def is_required(user: User, wanted: Collection[str] | None = None) -> bool:
    """Whether `SECOND_FACTOR_FOR` asks it of this person: by role, `superuser` or `everyone`."""
    wanted = settings.SECOND_FACTOR_FOR if wanted is None else wanted
    if not wanted:
        return False
    if _EVERYONE in wanted or (_SUPERUSER in wanted and user.is_superuser):
        return True
    return user.groups.filter(name__in=wanted).exists()


def new_secret() -> str:
    """A new app's secret, in hex."""
    return secrets.token_hex(_SECRET_BYTES)


def typed_secret(secret: str) -> str:
    """The secret as an app takes it from the keyboard."""
    text = base64.b32encode(bytes.fromhex(secret)).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def app_address(user: User, secret: str, site: str) -> str:
    """The address in the QR code (Google's Key URI format, which all apps read)."""
    label = quote(f"{site}:{user.get_username()}")
    text = base64.b32encode(bytes.fromhex(secret)).decode()
    return f"otpauth://totp/{label}?{urlencode({'secret': text, 'issuer': site})}"


@transaction.atomic
def turn_on(user: User, secret: str, code: str) -> tuple[Device, list[str]]:
    """Begin to ask for an app's codes; return the app and the recovery codes, shown this once.

    RefusedError unless `code` is one of the app's: a secret that was not taken over would lock
    its owner out.
    """
    totp = TOTP(bytes.fromhex(secret))
    digits = _without_spaces(code)
    if not digits.isdecimal() or not totp.verify(int(digits), tolerance=1):
        raise RefusedError(_("That is not the code which the app shows now. Try the next one."))
    AuthenticatorApp.objects.filter(user=user).delete()
    # `last_t`: this code has been used. `drift`: how far the app's clock is off.
    app = AuthenticatorApp.objects.create(
        user=user,
        name="app",
        key=ELSEWHERE,
        sealed_key=seal(secret),
        confirmed=True,
        last_t=totp.t(),
        drift=totp.drift,
    )
    log.info("Account %s turned the second factor on", user.pk)
    return app, new_codes(user)


@transaction.atomic
def new_codes(user: User) -> list[str]:
    """Ten new recovery codes; the former ones end."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        [StaticToken(device=device, token=_kept(code)) for code in codes]
    )
    return codes


def check(user: User, code: str) -> Device:
    """The device that `code` is of. RefusedError where it is of none, or it is too early to try."""
    text = _without_spaces(code)
    kind = AuthenticatorApp if text.isdecimal() and len(text) <= 6 else StaticDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is not None:
            allowed, why = device.verify_is_allowed()
            if not allowed:
                raise RefusedError(_wait(why["locked_until"]))
            token = text if kind is AuthenticatorApp else _as_kept(device, text)
            try:
                if device.verify_token(token):
                    return device
            except UnsealableError as error:
                log.error("The secret of account %s cannot be read: its key is gone", user.pk)
                raise RefusedError(
                    _(
                        "Codes cannot be checked, because SECRET_KEY has changed. Ask an "
                        "administrator to turn your second factor off."
                    )
                ) from error
    # Outside of the transaction: the library has counted the try, which must last.
    log.warning("Account %s gave a code that does not hold", user.pk)
    raise RefusedError(_("That code does not hold. An app's codes change every 30 seconds."))


@transaction.atomic
def turn_off(user: User, by: str) -> None:
    """Ask no longer. `by` is who did it, for the log."""
    AuthenticatorApp.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    log.warning("The second factor of account %s was turned off by %s", user.pk, by)


def _random_code() -> str:
    """50 bits: too many to guess, few enough to type."""
    text = base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
    return f"{text[:5]}-{text[5:]}"


def _kept(code: str, key: str | None = None) -> str:
    """The form in which the database has a recovery code: 64 bits of a keyed hash."""
    plain = code.lower().replace("-", "")
    return salted_hmac("recovery code", plain, key, algorithm="sha256").hexdigest()[:16]


def _as_kept(device: StaticDevice, code: str) -> str:
    """The kept form by whichever key, the present or a former one, there is a code for."""
    forms = [_kept(code, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    known = device.token_set.filter(token__in=forms).values_list("token", flat=True).first()
    return known or forms[0]


def _without_spaces(code: str) -> str:
    return "".join(code.split())


def _wait(until: datetime) -> str:
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    return ngettext(
        "Too many codes that do not hold. Try again in %(n)d second.",
        "Too many codes that do not hold. Try again in %(n)d seconds.",
        seconds,
    ) % {"n": seconds}
