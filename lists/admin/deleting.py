"""Asking before a row is deleted: what goes with it is counted, up to so many, and not listed.

Django's own page names every row that would go, which for a list of a million people is no page.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CASCADE, PROTECT, Model, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.http import HttpRequest
from django.utils.text import capfirst

COUNT_UP_TO = 1_000
_NAMED = 10


class CountedDeletion:
    """Goes before `ModelAdmin`: for rows that millions of others can belong to."""

    def get_deleted_objects(
        self, objs: QuerySet | list[Model], request: HttpRequest
    ) -> tuple[list[object], dict[str, str], set[str], list[str]]:
        """As the page wants it: what goes, how many of each kind, what may not, what prevents it.

        The number of queries is that of the kinds of rows.
        """
        rows = list(objs)
        counts = {self.opts.verbose_name_plural: f"{len(rows):,}"}
        lacking: set[str] = set()
        protected: list[str] = []
        for relation in _relations(self.model):
            kind = relation.related_model._meta
            related = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": [row.pk for row in rows]}
            ).order_by()
            if relation.on_delete is PROTECT:
                named = [f"{capfirst(kind.verbose_name)}: {row}" for row in related[: _NAMED + 1]]
                protected += [*named[:_NAMED], *(["…"] if len(named) > _NAMED else [])]
            elif number := related[:COUNT_UP_TO].count():
                more = "+" if number == COUNT_UP_TO else ""
                counts[kind.verbose_name_plural] = f"{number:,}{more}"
                if not self._may_delete(request, relation.related_model):
                    lacking.add(str(kind.verbose_name))
        return [str(row) for row in rows], counts, lacking, protected

    def _may_delete(self, request: HttpRequest, model: type[Model]) -> bool:
        if not self.admin_site.is_registered(model):
            return True
        return self.admin_site.get_model_admin(model).has_delete_permission(request)


def _relations(model: type[Model]) -> Iterator[ForeignObjectRel]:
    """What would go with a row of `model`, or keeps it from going."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete in (CASCADE, PROTECT):
            yield relation
