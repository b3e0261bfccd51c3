"""Filters of alerts that no field has by itself."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter


class OpenFilter(DropdownFilter):
    """Whether it still is so."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, object]]:
        return [("open", _("Open")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("open", "over"):
            return queryset.filter(closed_at__isnull=self.value() == "open")
        return queryset
