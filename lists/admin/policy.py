"""What bounces do in each stream: for admins to change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lists.models import StreamPolicy


@admin.register(StreamPolicy)
class StreamPolicyAdmin(ModelAdmin):
    list_display = [
        "stream",
        "attention_from",
        "poor_from",
        "critical_above",
        "hard_suppress_at",
        "hard_remove_at",
        "soft_suppress_at",
    ]
    readonly_fields = ["stream"]
    fieldsets = [
        (None, {"fields": ["stream"]}),
        (
            _("Bands"),
            {
                "description": _(
                    "The bounce rate, in percent of what was sent, at which a list is called "
                    "healthy, attention, poor or critical."
                ),
                "fields": ["attention_from", "poor_from", "critical_above", "enough_sent"],
            },
        ),
        (
            _("Hard bounces"),
            {
                "description": _(
                    "The address does not exist. Suppressed means: not mailed until somebody "
                    "lifts it. Removed means: off the list as well."
                ),
                "fields": ["hard_suppress_at", "hard_remove_at"],
            },
        ),
        (
            _("Soft bounces"),
            {
                "description": _(
                    "It may work later: each bounce adds one point, points fade with time, and "
                    "an address that collects too many is suppressed."
                ),
                "fields": ["soft_suppress_at", "soft_half_life_days"],
            },
        ),
        (
            _("Reach"),
            {
                "description": _("From where a bounced address is kept away."),
                "fields": ["suppression_scope"],
            },
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # There is one for each stream, made by a migration.
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
