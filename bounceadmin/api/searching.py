"""Rows about an address or a domain, in any spelling."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from lists.addresses import canonical, to_ascii_domain
from lists.pseudonyms import forms


def about(rows: QuerySet, address: str, domain: str) -> QuerySet:
    """Those of `rows` about them; empty text asks for nothing, nonsense finds nothing.

    An address that was forgotten is found by its pseudonym.
    """
    if address:
        found = canonical(address, settings.FOLD_LOCAL_PART)
        rows = rows.filter(address__in=list(forms([found] if found else [])))
    if domain:
        rows = rows.filter(domain=to_ascii_domain(domain) or domain)
    return rows
