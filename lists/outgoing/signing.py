"""Signatures as the Standard Webhooks specification (1.0) has them. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

_MARK = "whsec_"


def secret(key: str, endpoint_id: int, generation: int) -> str:
    """An endpoint's secret, made from the key of the installation."""
    text = f"outgoing webhook {endpoint_id} {generation}"
    digest = hmac.digest(key.encode(), text.encode(), hashlib.sha256)
    return _MARK + base64.b64encode(digest).decode()


def headers(message_id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The headers that prove a delivery: one signature for each secret a receiver may have.

    `timestamp` is in seconds since 1970: a receiver refuses what is old, so that nobody can send
    it again later.
    """
    signatures = [sign(message_id, timestamp, body, one) for one in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def sign(message_id: str, timestamp: int, body: bytes, secret: str) -> str:
    """`v1,` and the HMAC-SHA256 of id, time and body."""
    key = base64.b64decode(secret.removeprefix(_MARK))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()
