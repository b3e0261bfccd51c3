"""Filters of events and messages that no field has by itself."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from bounces import looping, taking
from bounces.models import BounceEvent
from bounces.parsing.reasons.names import REASONS


def message_kinds() -> list[tuple[str, object]]:
    """What a message can turn out to be: a kind of event, none, or what another app takes."""
    return [*BounceEvent.Kind.choices, ("other", _("No bounce")), *taking.kind_labels.items()]


class ReasonFilter(DropdownFilter):
    """By reason, offered from the table: looking up those in use would scan the events."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(name, f"{_(info.sentence)} ({name})") for name, info in REASONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class SinceFilter(DropdownFilter):
    """Not older than some days."""

    title = _("period")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, object]]:
        return [(str(n), _("Last %(n)d days") % {"n": n}) for n in (1, 7, 30, 90)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        days = self.value() or ""
        if days not in dict(self.lookup_choices):
            return queryset
        # As the dashboard counts: whole days (UTC), today among them.
        midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(occurred_at__gte=midnight - timedelta(days=int(days) - 1))


class AboutFilter(DropdownFilter):
    """Whether a campaign is known for it."""

    title = _("whether a campaign is known")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, object]]:
        return [("nobody", _("Without a campaign"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(campaign=None) if self.value() == "nobody" else queryset


class MessageKindFilter(DropdownFilter):
    """What the message was understood to be."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, object]]:
        return message_kinds()

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class HeldSenderFilter(DropdownFilter):
    """Whose storm it was held back in; reached from the page of loops and storms."""

    title = _("sender held back")
    parameter_name = "held_sender"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, object]]:
        return [(row.sender, row.sender) for row in looping.held_back()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(held_sender=self.value()) if self.value() else queryset
