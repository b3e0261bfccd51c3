"""Searching large tables by address, only in ways that an index serves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import F, OrderBy, QuerySet
from django.utils.translation import gettext_lazy as _

from lists.addresses import canonical, to_ascii_domain
from lists.pseudonyms import forms

HELP = _("A whole address, or a domain: ann@example.com, @example.com")

# So many are found by a beginning at most.
MOST_BEGINNING = 1_000


class _ByBytes(OrderBy):
    """In the order of the index that PostgreSQL finds beginnings by, whatever the collation."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        # Django looks for the word ASC in what is ordered by.
        return self.as_sql(compiler, connection, template="%(expression)s USING ~<~ /* ASC */")


def by_beginning(rows: QuerySet, text: str, column: str) -> QuerySet:
    """The `rows` whose `column` begins with `text`, at most `MOST_BEGINNING`: its first in order.

    Sorting all that begin with a letter or two would read most of the table. Their keys are looked
    up by themselves: joined, PostgreSQL may walk over the whole table for those few.
    """
    beginning = text.casefold() if settings.FOLD_LOCAL_PART else text
    if not beginning:
        return rows
    found = rows.model.objects.filter(**{f"{column}__startswith": beginning})
    first = found.order_by(_ByBytes(F(column))).values_list("pk", flat=True)
    return rows.filter(pk__in=list(first[:MOST_BEGINNING]))


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
