"""Reading addresses and making subscribers, many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.conf import settings

from lists.addresses import canonical
from lists.models import Subscriber

# SQLite takes 32,766 variables in a statement.
_AT_ONCE = 5000


def spellings(texts: Iterable[str]) -> dict[str, str]:
    """Each text -> the canonical address that it writes; empty where it is none."""
    return {text: canonical(text, settings.FOLD_LOCAL_PART) for text in texts}


def ensure_subscribers(addresses: Collection[str]) -> dict[str, int]:
    """The ids of the subscribers with these canonical `addresses`, made where they are missing."""
    ids: dict[str, int] = {}
    ordered = sorted(set(addresses))
    for start in range(0, len(ordered), _AT_ONCE):
        chunk = ordered[start : start + _AT_ONCE]
        found = _ids(chunk)
        missing = [Subscriber(address=address) for address in chunk if address not in found]
        for subscriber in missing:
            subscriber.set_address(subscriber.address)
        if missing:
            Subscriber.objects.bulk_create(missing, ignore_conflicts=True, batch_size=1000)
            found = _ids(chunk)
        ids |= found
    return ids


def _ids(addresses: list[str]) -> dict[str, int]:
    rows = Subscriber.objects.filter(canonical__any_of=set(addresses))
    return dict(rows.values_list("canonical", "pk"))
