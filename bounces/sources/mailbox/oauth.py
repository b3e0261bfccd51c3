"""OAuth2: from a refresh token to an access token (RFC 6749 6), at the provider's own address."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import requests
from django.utils.translation import gettext as _

from bounces.sources.mailbox.errors import MailboxError, quoted

_TIMEOUT = (10, 20)
_MOST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Provider:
    """Who gives tokens, and where. The address is fixed: a secret goes nowhere else."""

    name: str
    token_url: str
    """`{tenant}` stands for the directory, where there is one."""
    scopes: dict[str, str]
    """By protocol; empty where the refresh token has them."""
    default_tenant: str = ""


# developers.google.com/identity/protocols/oauth2 and
# learn.microsoft.com/exchange/client-developer/legacy-protocols (IMAP, POP by OAuth)
PROVIDERS = {
    "google": Provider("Google", "https://oauth2.googleapis.com/token", {}),
    "microsoft": Provider(
        "Microsoft",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        {
            "imap": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
            "pop3": "https://outlook.office.com/POP.AccessAsUser.All offline_access",
        },
        default_tenant="common",
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What an admin was given for an application of theirs."""

    provider: str
    protocol: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """`refresh_token` is the new one where the provider replaced it, else empty."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)


def refresh(grant: Grant) -> Tokens:
    """Ask for an access token. Raises MailboxError, which shows nothing secret."""
    provider = PROVIDERS[grant.provider]
    fields = {
        "grant_type": "refresh_token",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "refresh_token": grant.refresh_token,
        "scope": provider.scopes.get(grant.protocol, ""),
    }
    url = provider.token_url.format(tenant=grant.tenant or provider.default_tenant)
    try:
        with requests.post(
            url,
            data={name: value for name, value in fields.items() if value},
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = b""
            for piece in answer.iter_content(8192):
                body += piece
                if len(body) > _MOST_ANSWER:
                    break
            status = answer.status_code
    except requests.RequestException as error:
        raise MailboxError(
            "oauth",
            _("%(provider)s's token service cannot be reached: %(why)s")
            % {"provider": provider.name, "why": type(error).__name__},
        ) from None
    return _tokens(provider, status, body)


def _tokens(provider: Provider, status: int, body: bytes) -> Tokens:
    said = _json(body)
    token = said.get("access_token")
    if status == 200 and isinstance(token, str) and token:
        renewed = said.get("refresh_token")
        return Tokens(token, renewed if isinstance(renewed, str) else "")
    code = quoted(said.get("error") or status)
    if code == "invalid_grant":
        sentence = _(
            "%(provider)s no longer accepts the refresh token: it has expired or was withdrawn. "
            "Let the user consent again and enter the new one."
        )
    elif code in ("invalid_client", "unauthorized_client"):
        sentence = _(
            "%(provider)s does not accept the client ID or its secret (%(code)s). Check both, and "
            "whether the secret has expired."
        )
    else:
        sentence = _("%(provider)s gave no access token (%(code)s).")
    raise MailboxError("oauth", sentence % {"provider": provider.name, "code": code})


def _json(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
