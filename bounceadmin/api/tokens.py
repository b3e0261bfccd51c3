"""Making, recognising and revoking tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bounceadmin.api.models import ApiToken

# Scope -> what it lets an application do.
SCOPES = {
    "lists:read": _("See lists and campaigns"),
    "lists:write": _("Make and change lists and campaigns"),
    "subscribers:read": _("See subscribers"),
    "subscribers:write": _("Subscribe and unsubscribe people"),
    "sending": _("Ask for return paths, and who may be mailed"),
    "sends:write": _("Report how many were sent"),
    "sends:read": _("See how many were reported as sent"),
    "events:read": _("See bounce events"),
    "suppressions:read": _("See suppressions"),
    "suppressions:write": _("Suppress and unsuppress addresses"),
    "health:read": _("See bounce rates, bands and advice"),
}

# So that a secret scanner knows one when it sees it.
_MARK = "ba_"
_SHOWN = len(_MARK) + 6
_NOTED_EVERY = timedelta(minutes=1)


def new_secret(token: ApiToken) -> str:
    """Give `token` (not yet saved) a secret and return it: it cannot be had again."""
    secret = _MARK + secrets.token_urlsafe(32)
    token.prefix = secret[:_SHOWN]
    token.digest = _digest(secret)
    return secret


def recognise(secret: str) -> ApiToken | None:
    """The usable token with this secret; notes, at most once a minute, that it was used."""
    token = ApiToken.objects.usable().filter(digest=_digest(secret)).first()
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke(tokens) -> int:
    """Let the `tokens` (a queryset) not work any more, for good; return how many did."""
    return tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
