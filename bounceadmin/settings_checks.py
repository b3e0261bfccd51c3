"""What is wrong with the site's address, which links in mails are made of."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

_SUCH_AS = "Such as https://bounces.example.com."


def check_site_url(**_kwargs: object) -> list[CheckMessage]:
    """An error where no link can be made of it, a warning where it gives up what HTTPS is for."""
    if not settings.SITE_URL:
        return []
    address = urlsplit(settings.SITE_URL)
    if address.scheme not in ("https", "http") or not address.netloc:
        said = "SITE_URL must be an address with https:// or http://."
        return [Error(said, hint=_SUCH_AS, id="bounceadmin.E001")]
    if settings.HTTPS and address.scheme == "http":
        said = "SITE_URL begins with http://, so that links to set a password go unencrypted."
        return [Warning(said, hint=_SUCH_AS, id="bounceadmin.W002")]
    return []
