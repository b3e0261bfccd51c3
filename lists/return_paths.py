"""The return paths of our campaigns: made for senders, read back from bounces."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from functools import lru_cache

from django.conf import settings

from lists import verp
from lists.models import Campaign, Subscriber
from lists.people import ensure_subscribers, spellings


def signing_keys() -> list[str]:
    """`VERP_KEYS`, newest first; without them one key that is derived from `SECRET_KEY`."""
    if settings.VERP_KEYS:
        return settings.VERP_KEYS
    return [_derived(settings.SECRET_KEY)]


@lru_cache(maxsize=8)
def _derived(secret: str) -> str:
    return hmac.digest(secret.encode(), b"verp", "sha256").hex()


def return_path(campaign: Campaign, subscriber: Subscriber) -> str:
    """The signed envelope sender for mailing one subscriber of one campaign."""
    return verp.make_signed(
        subscriber.canonical,
        campaign.mailing_list.bounce_domain,
        campaign.pk,
        signing_keys(),
        recipient_id=subscriber.pk,
    )


def return_paths(
    campaign: Campaign, addresses: Sequence[str], *, signed: bool = True
) -> Mapping[str, str]:
    """The envelope sender for each of `addresses`; empty where it is no address.

    Who is too long for the signed form becomes a subscriber, whose number the short form has: two
    queries at most, however many there are. Plain ones (`signed=False`) prove nothing; whoever
    does not fit into one gets none.
    """
    spelled = spellings(addresses)
    domain = campaign.mailing_list.bounce_domain
    if not signed:
        return {text: _plain(address, domain) for text, address in spelled.items()}
    keys = signing_keys()
    made: dict[str, str] = {}
    too_long: set[str] = set()
    for address in set(spelled.values()) - {""}:
        try:
            made[address] = verp.make_signed(address, domain, campaign.pk, keys)
        except verp.NeedsNumberError:
            too_long.add(address)
    for address, pk in ensure_subscribers(too_long).items():
        made[address] = verp.make_signed(address, domain, campaign.pk, keys, recipient_id=pk)
    return {text: made.get(address, "") for text, address in spelled.items()}


def _plain(address: str, bounce_domain: str) -> str:
    try:
        return verp.make(address, bounce_domain) if address else ""
    except ValueError:
        return ""


def read(address: str) -> verp.ReturnPath | None:
    """What a bounce address says, checked against our keys."""
    return verp.read(address, signing_keys())


def digest_of_message_id(message_id: str) -> str:
    """The form in which `SentMessage` keeps a Message-ID."""
    return hashlib.sha256(message_id.strip().strip("<>").encode()).hexdigest()[:32]
