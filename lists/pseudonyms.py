"""An address under a keyed hash: it can be recognised when it comes again, and not be read.

Where an address had to be forgotten (erasure, retention) a column keeps its pseudonym instead.
Whoever looks for an address looks for all of its `forms`.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

# No address is written like that, as it has no `@`.
MARK = "~"


def pseudonym(address: str) -> str:
    """The pseudonym of a canonical address, by the current key: `~` and 32 characters."""
    return _pseudonym(address, _key(settings.SECRET_KEY))


def is_pseudonym(text: str) -> bool:
    """Whether `text` stands where an address was forgotten."""
    return text.startswith(MARK) and "@" not in text


def forms(addresses: Iterable[str]) -> dict[str, str]:
    """Everything the canonical `addresses` may be kept under -> the address.

    The address itself and its pseudonyms by the current key and the former ones. A pseudonym
    stands for itself.
    """
    keys = [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    found: dict[str, str] = {}
    for address in addresses:
        found[address] = address
        if not is_pseudonym(address):
            for key in keys:
                found[_pseudonym(address, key)] = address
    return found


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    # A key of its own: knowing it would not give away sessions or return paths.
    return hmac.digest(secret.encode(), b"bounceadmin pseudonyms", "sha256")


# Each step of a batch asks for those of the same addresses.
@lru_cache(maxsize=4096)
def _pseudonym(address: str, key: bytes) -> str:
    digest = hmac.digest(key, address.encode(), "sha256")
    return MARK + base64.urlsafe_b64encode(digest[:24]).decode()
