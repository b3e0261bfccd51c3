"""Searching large tables by address, only in ways that an index serves."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lists.addresses import canonical, to_ascii_domain
from lists.pseudonyms import forms

HELP = _("A whole address, or a domain: ann@example.com, @example.com")


def by_address(rows: QuerySet, text: str, address: str = "address") -> QuerySet:
    """The `rows` about an address (`local@domain`) or a domain (`domain` or `@domain`).

    `address` names the column with canonical addresses or their pseudonyms; the domain's is called
    `domain`.
    Text that is neither finds nothing; empty text leaves the rows as they are.
    """
    text = text.strip()
    if not text:
        return rows
    if text.rpartition("@")[0]:
        found = canonical(text, settings.FOLD_LOCAL_PART)
        known_as = list(forms([found])) if found else []
        return rows.filter(**{f"{address}__in": known_as})
    domain = to_ascii_domain(text.lstrip("@"))
    return rows.filter(domain=domain) if domain else rows.none()
