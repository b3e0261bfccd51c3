"""Which endpoint is at an address, and its keys: remembered for some seconds.

A busy endpoint is asked for thousands of times a second, and its keys are sealed. What is changed
in the admin is forgotten at once in that process, in others after `SECONDS`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock

from django.db.models.signals import post_delete, post_save

from bounces.models import WebhookEndpoint
from bounces.models.webhooks import digest_of_token
from bounces.sources.sealing import UnsealableError, unseal
from bounces.sources.webhooks.base import Keys
from bounces.sources.webhooks.errors import RefusedError

SECONDS = 5.0
"""How long an endpoint may go on taking requests that was switched off by another process."""
# So long before, one thread reads it anew: all at once would ask the database the same.
_EARLY = 1.0
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Known:
    """An endpoint as it was when it was read."""

    endpoint: WebhookEndpoint
    keys: Keys | None
    problem: str
    """Why there are no keys."""
    until: float
    _renewing: Lock = field(default_factory=Lock, compare=False)

    def holds(self, now: float) -> bool:
        """Whether the caller may go by it; otherwise it is the caller's to read it anew."""
        if now < self.until - _EARLY:
            return True
        return now < self.until and not self._renewing.acquire(blocking=False)

    def unsealed(self) -> Keys:
        """Its keys; RefusedError(503) where the key that they are sealed with is gone."""
        if self.keys is None:
            raise RefusedError(503, self.problem)
        return self.keys


_known: dict[str, Known] = {}


def at(token: str) -> Known | None:
    """The endpoint at this address; one that is off is there too."""
    digest = digest_of_token(token)
    known = _known.get(digest)
    if known is None or not known.holds(time.monotonic()):
        known = _read(digest)
        # What is no address is not remembered: there is no end of those.
        if known is None:
            _known.pop(digest, None)
        else:
            if len(_known) >= _MOST:
                _known.clear()
            _known[digest] = known
    return known


def forget(**_signal: object) -> None:
    """Read every endpoint anew."""
    _known.clear()


def _read(digest: str) -> Known | None:
    endpoint = WebhookEndpoint.objects.filter(token_digest=digest).first()
    if endpoint is None:
        return None
    until = time.monotonic() + SECONDS
    try:
        keys = Keys(
            secret=unseal(endpoint.sealed_secret),
            basic_auth=unseal(endpoint.sealed_basic_auth),
            topics=endpoint.allowed_topics,
        )
    except UnsealableError as error:
        return Known(endpoint, None, str(error), until)
    return Known(endpoint, keys, "", until)


post_save.connect(forget, WebhookEndpoint, dispatch_uid="bounces.webhooks.endpoints")
post_delete.connect(forget, WebhookEndpoint, dispatch_uid="bounces.webhooks.endpoints")
