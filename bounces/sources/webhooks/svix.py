"""Signatures as Svix makes them: HMAC-SHA256 over id, time and body, base64, several allowed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from django.http import HttpRequest

from bounces.sources.webhooks.base import from_unix
from bounces.sources.webhooks.errors import RefusedError


def authenticate(request: HttpRequest, secret: str) -> None:
    """Raise RefusedError(403) unless one of the signatures is by `secret` (`whsec_` and base64)."""
    number, moment = request.headers.get("svix-id", ""), request.headers.get("svix-timestamp", "")
    key = key_of(secret)
    if not key:
        raise RefusedError(403, "The signing secret that is set is none: enter it again.")
    if not number or signed_at(request) is None:
        raise RefusedError(403, "The signature's headers are missing.")
    signed = f"{number}.{moment}.".encode() + request.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    given = request.headers.get("svix-signature", "").split()
    if not any(
        hmac.compare_digest(expected, signature.removeprefix("v1,").encode())
        for signature in given
        if signature.startswith("v1,")
    ):
        raise RefusedError(403, "The signature does not hold: compare the signing secret.")


def key_of(secret: str) -> bytes:
    """The key in a signing secret; empty where it holds none."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def signed_at(request: HttpRequest) -> datetime | None:
    """The time that is signed."""
    return from_unix(request.headers.get("svix-timestamp"))
