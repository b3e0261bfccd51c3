"""The return paths of our campaigns: made for senders, read back from bounces."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from lists import verp
from lists.models import Campaign, Subscriber


def signing_keys() -> list[str]:
    """`VERP_KEYS`, newest first; without them one key that is derived from `SECRET_KEY`."""
    if settings.VERP_KEYS:
        return settings.VERP_KEYS
    return [hmac.new(settings.SECRET_KEY.encode(), b"verp", hashlib.sha256).hexdigest()]


def return_path(campaign: Campaign, subscriber: Subscriber) -> str:
    """The signed envelope sender for mailing one subscriber of one campaign."""
    return verp.make_signed(
        subscriber.canonical,
        campaign.mailing_list.bounce_domain,
        campaign.pk,
        signing_keys(),
        recipient_id=subscriber.pk,
    )


def read(address: str) -> verp.ReturnPath | None:
    """What a bounce address says, checked against our keys."""
    return verp.read(address, signing_keys())


def digest_of_message_id(message_id: str) -> str:
    """The form in which `SentMessage` keeps a Message-ID."""
    return hashlib.sha256(message_id.strip().strip("<>").encode()).hexdigest()[:32]
