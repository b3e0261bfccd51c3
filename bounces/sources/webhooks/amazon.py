"""Asking Amazon: the certificates that SNS signs with, and confirming subscriptions.

The addresses were checked in `sns.py`; nothing else is ever asked, and no redirection followed.
"""

from __future__ import annotations

import hashlib

import requests
from django.core.cache import cache

_TIMEOUT = (3.05, 5)
_MOST_BYTES = 64 * 1024
_KEPT_SECONDS = 24 * 3600


class AmazonAwayError(Exception):
    """Amazon did not answer as it should: try again later."""


def certificate(url: str) -> bytes:
    """The PEM certificate at `url`, from the cache where it was fetched within a day."""
    key = "sns-certificate:" + hashlib.sha256(url.encode()).hexdigest()
    found = cache.get(key)
    if found is None:
        found = fetch(url)
        cache.set(key, found, _KEPT_SECONDS)
    return found


def fetch(url: str) -> bytes:
    """What Amazon answers with 200 at `url`, at most 64 KiB. AmazonAwayError else."""
    try:
        with requests.get(url, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise AmazonAwayError(f"Amazon answered with status {answer.status_code}.")
            body = answer.raw.read(_MOST_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise AmazonAwayError(f"Amazon could not be asked: {type(error).__name__}.") from error
    if len(body) > _MOST_BYTES:
        raise AmazonAwayError("Amazon's answer is too long.")
    return body
