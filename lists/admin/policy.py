"""What bounces do in each stream, and on lists of their own mind: for admins to change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lists.admin.policy_forms import PolicyForm
from lists.models import ListPolicy, StreamPolicy

_RULES = [
    (
        _("Hard bounces: the address does not exist"),
        {
            "description": _(
                "Suppressed means: not mailed until somebody lifts it. Taken off means: off the "
                "list as well."
            ),
            "fields": [("hard_suppress_at", "hard_remove_at")],
        },
    ),
    (
        _("Soft bounces: it may work later"),
        {
            "description": _(
                "Each soft bounce adds points to the address's score, by its reason. The score "
                "fades with time. An address that reaches the limit is not mailed for a while, "
                "and then tried again."
            ),
            "fields": [
                ("soft_suppress_at", "soft_half_life_days", "soft_cool_off_days"),
                "soft_points",
            ],
        },
    ),
    (
        _("Blocks: the sender is refused, not the person"),
        {
            "description": _(
                "A block is never held against the address. It counts in the bounce rate, and "
                "diagnostics look for its cause."
            ),
            "fields": [],
        },
    ),
    (
        _("Complaints"),
        {
            "description": _("A person pressed “spam”, and the provider told us."),
            "fields": [("complaint_action", "complaint_scope")],
        },
    ),
    (
        _("Bounces that nothing proves"),
        {
            "description": _(
                "A bounce is proved by a signed return path, or by the Message-ID of a mail that "
                "was really sent. Without either, anybody could have written it. Whatever is "
                "chosen here concerns the list's own subscribers only."
            ),
            "fields": ["unverified"],
        },
    ),
    (
        _("After an address was unsuppressed"),
        {
            "description": _(
                "Its counts start from zero, but for a while one hard bounce is enough."
            ),
            "fields": [("probation_days", "probation_action")],
        },
    ),
    (
        _("Reach"),
        {
            "description": _("How far an address that bounced is kept away."),
            "fields": ["suppression_scope"],
        },
    ),
]


@admin.register(StreamPolicy)
class StreamPolicyAdmin(ModelAdmin):
    form = PolicyForm
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
                "fields": [("attention_from", "poor_from", "critical_above"), "enough_sent"],
            },
        ),
        *_RULES,
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # There is one for each stream, made by a migration.
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(ListPolicy)
class ListPolicyAdmin(ModelAdmin):
    """Reached from the list's page."""

    form = PolicyForm
    list_display = ["mailing_list", "hard_suppress_at", "hard_remove_at", "soft_suppress_at"]
    list_select_related = ["mailing_list"]
    readonly_fields = ["mailing_list"]
    fieldsets = [(None, {"fields": ["mailing_list"]}), *_RULES]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # It begins as a copy of the stream's, on the list's page.
        return False

    def response_post_save_change(self, request: HttpRequest, obj: ListPolicy) -> HttpResponse:
        return HttpResponseRedirect(
            reverse(f"{self.admin_site.name}:lists_mailinglist_policy", args=[obj.mailing_list_id])
        )
