"""Lists and campaigns: how they do, and their settings."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from lists import health, policies
from lists.admin import how_to_send_page
from lists.admin.acting import clean_list, pause_campaign, resume_campaign
from lists.admin.comparing import compare_campaigns
from lists.admin.health_first import HealthFirstAdmin, today
from lists.counted import Period
from lists.models import Campaign, ListPolicy, MailingList, Note
from lists.noting import note
from lists.picking import DEFAULT_PERIOD
from lists.policy_words import in_words
from lists.words import band_pill

# Campaigns that a list's page compares.
_NEWEST = 25


@admin.register(MailingList)
class MailingListAdmin(HealthFirstAdmin):
    health_template = "bounceadmin/list.html"
    list_display = ["name", "stream", "band", "rate", "header_from", "bounce_domain"]
    list_filter = [("stream", ChoicesDropdownFilter)]
    search_fields = ["name"]
    # A few short entries, one a line.
    formfield_overrides = {
        models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
    }
    fieldsets = [
        (
            None,
            {"fields": ["name", "stream", "header_from", "bounce_domain"]},
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

    def get_urls(self) -> list[URLPattern]:
        return [
            self.named_path("policy/", "policy", self.policy_view),
            self.act_path("clean", clean_list),
            self.act_path("compare", compare_campaigns),
            *super().get_urls(),
        ]

    def policy_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Which policy decides for the list; a POST gives it its own or takes that away."""
        row = self.seen_row(request, object_id)
        if request.method == "POST":
            if not request.user.has_perm("lists.change_listpolicy"):
                raise PermissionDenied
            return self._change_policy(request, row)
        policy = policies.policy_of(row)
        return self.section_page(
            request,
            row,
            "bounceadmin/list_policy.html",
            {
                "section": "policy",
                "policy": policy,
                "is_own": isinstance(policy, ListPolicy),
                "sentences": in_words(policy.rules),
                "may_change": request.user.has_perm("lists.change_listpolicy"),
            },
        )

    def _change_policy(self, request: HttpRequest, row: MailingList) -> HttpResponse:
        if "follow" in request.POST:
            policies.follow_stream(row)
            self.message_user(request, _("The list follows its stream's policy again."))
            return HttpResponseRedirect(request.path)
        own = policies.give_own_policy(row)
        page = f"{self.admin_site.name}:lists_listpolicy_change"
        return HttpResponseRedirect(reverse(page, args=[own.pk]))

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
    fields = ["mailing_list", "name", "bounce_address", "started_at", "accepts_unverified"]

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        if request.user.has_perm("lists.accept_unverified"):
            return ()
        return ("accepts_unverified",)

    def save_model(self, request: HttpRequest, obj: Campaign, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "accepts_unverified" in form.changed_data:
            text = (
                _("From here on it acts on bounces that nothing proves.")
                if obj.accepts_unverified
                else _("From here on its list's policy decides about bounces that nothing proves.")
            )
            note(Note.What.POLICY, str(text), request.user.get_username(), campaign=obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return super().get_queryset(request).select_related("mailing_list")

    def get_changelist_instance(self, request: HttpRequest):
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        for campaign_health in health.campaigns_health(found.result_list):
            campaign_health.campaign.health = campaign_health
        return found

    def get_urls(self) -> list[URLPattern]:
        return [
            self.named_path("how-to-send/", "how_to_send", self.how_to_send_view),
            self.act_path("pause", pause_campaign),
            self.act_path("resume", resume_campaign),
            *super().get_urls(),
        ]

    def how_to_send_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Settings to paste, for the campaign's address."""
        row = self.seen_row(request, object_id)
        context = how_to_send_page.context_of(row)
        return self.section_page(request, row, "bounceadmin/how_to_send.html", context)

    @admin.display(description=_("since it started"))
    def band(self, row: Campaign) -> str:
        return band_pill(row.health.band)
