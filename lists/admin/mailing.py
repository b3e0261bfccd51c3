"""Lists and campaigns: how they do, and their settings."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from lists import health
from lists.admin.health_first import HealthFirstAdmin, today
from lists.health import Period
from lists.models import Campaign, MailingList
from lists.picking import DEFAULT_PERIOD
from lists.words import band_pill

# Campaigns that a list's page compares.
_NEWEST = 25


@admin.register(MailingList)
class MailingListAdmin(HealthFirstAdmin):
    health_template = "bounceadmin/list.html"
    list_display = ["name", "stream", "band", "rate", "header_from", "bounce_domain"]
    list_filter = [("stream", ChoicesDropdownFilter)]
    search_fields = ["name"]
    fieldsets = [
        (
            None,
            {"fields": ["name", "stream", "header_from", "bounce_domain", "accept_unverified"]},
        ),
        (
            _("How it is sent"),
            {
                "description": _("Diagnostics check what is written here."),
                "fields": ["sending_ips", "dkim_selectors", "blocklist_domains"],
            },
        ),
    ]

    def get_changelist_instance(self, request: HttpRequest):
        found = super().get_changelist_instance(request)
        month = Period.ending(today(), DEFAULT_PERIOD)
        by_list = {row.mailing_list.pk: row.health for row in health.lists_health(month)}
        found.result_list = list(found.result_list)
        for row in found.result_list:
            row.health = by_list[row.pk]
        return found

    @admin.display(description=_("last 30 days"))
    def band(self, row: MailingList) -> str:
        return band_pill(row.health.band)

    def more_context(self, row: MailingList) -> dict[str, object]:
        return {"campaigns": health.campaigns_health(list(row.campaigns.all()[:_NEWEST]))}


@admin.register(Campaign)
class CampaignAdmin(HealthFirstAdmin):
    health_template = "bounceadmin/campaign.html"
    list_display = ["name", "mailing_list", "band", "rate", "bounce_address", "started_at"]
    list_filter = [("mailing_list", AutocompleteSelectFilter)]
    list_filter_submit = True
    list_select_related = ["mailing_list"]
    search_fields = ["name", "bounce_address"]
    autocomplete_fields = ["mailing_list"]
    fields = ["mailing_list", "name", "bounce_address", "started_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return super().get_queryset(request).select_related("mailing_list")

    def get_changelist_instance(self, request: HttpRequest):
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        for campaign_health in health.campaigns_health(found.result_list):
            campaign_health.campaign.health = campaign_health
        return found

    @admin.display(description=_("since it started"))
    def band(self, row: Campaign) -> str:
        return band_pill(row.health.band)
