"""Whose mail the listener takes: refusing the rest at RCPT is what keeps backscatter away."""

from __future__ import annotations

from bounces.models import BounceAddress
from lists import return_paths
from lists.addresses import canonical, parse_address
from lists.models import Campaign


def is_ours(recipient: str) -> bool:
    """Whether `recipient` is a signed return path, a campaign's address or a listening address.

    A return path whose signature does not hold is none of ours: whoever made it up is told so.
    """
    path = return_paths.read(recipient)
    if path is not None and path.signed:
        return True
    address = canonical(recipient)
    if not address:
        return False
    return (
        Campaign.objects.filter(bounce_address=address).exists()
        or BounceAddress.objects.filter(address=address).exists()
        or _has_listening_base(address)
    )


def _has_listening_base(address: str) -> bool:
    found = parse_address(address)
    if found is None or "+" not in found.local:
        return False
    base = f"{found.local.partition('+')[0]}@{found.domain}"
    return BounceAddress.objects.filter(address=base, with_details=True).exists()
