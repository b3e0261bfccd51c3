"""Round trips: sent with a button or on a schedule, and shown leg by leg."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from bounces.admin import RecordAdmin
from diagnostics.admin.progress import ProgressMixin
from diagnostics.models import Probe, ProbeSchedule
from diagnostics.probing.legs import legs
from diagnostics.probing.letter import swaks_line
from diagnostics.probing.relay import is_configured
from diagnostics.probing.trips import CannotProbeError, letter_of, request_probe
from lists.models import Campaign


@admin.register(Probe)
class ProbeAdmin(ProgressMixin, RecordAdmin):
    page_template = "bounceadmin/probe.html"
    progress_template = "bounceadmin/parts/probe_legs.html"
    list_display = ["created_at", "campaign", "state", "duration", "road", "asker"]
    list_display_links = ["campaign"]
    list_filter = [("state", ChoicesDropdownFilter), ("campaign", AutocompleteSelectFilter)]
    ordering = ["-created_at", "-id"]
    list_before_template = "bounceadmin/parts/probe_help.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("send/<int:campaign_id>/", wrap(self.send_view), name="diagnostics_probe_send"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Probe]:
        rows = super().get_queryset(request)
        return rows.select_related("campaign__mailing_list", "bounce", "schedule", "requested_by")

    @admin.display(description=_("took"))
    def duration(self, row: Probe) -> str:
        if row.returned_at is None:
            return "–"
        return _("%(n)d s") % {"n": (row.returned_at - row.created_at).total_seconds()}

    @admin.display(description=_("came back by"))
    def road(self, row: Probe) -> str:
        return row.bounce.get_source_display() if row.bounce else "–"

    @admin.display(description=_("asked by"))
    def asker(self, row: Probe) -> str:
        return _("schedule") if row.schedule_id else str(row.requested_by or "–")

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        extra = {"relay_is_set": is_configured(), "relay": settings.PROBE_RELAY_HOST}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def page_context(self, request: HttpRequest, row: Probe) -> dict[str, object]:
        return {
            "probe": row,
            "legs": legs(row),
            "swaks": swaks_line(letter_of(row), row.campaign.mailing_list.header_from),
        }

    def send_view(self, request: HttpRequest, campaign_id: int) -> HttpResponse:
        """The button on a campaign's page."""
        if request.method != "POST" or not request.user.has_perm("diagnostics.add_probe"):
            raise PermissionDenied
        campaign = Campaign.objects.select_related("mailing_list").filter(pk=campaign_id).first()
        if campaign is None:
            raise Http404
        try:
            probe = request_probe(campaign, by=request.user)
        except CannotProbeError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(
                reverse(f"{self.admin_site.name}:lists_campaign_change", args=[campaign.pk])
            )
        return self.to_page_of(probe.pk)

    def progress_context(self, row: Probe) -> dict[str, object]:
        return {"probe": row, "legs": legs(row)}


@admin.register(ProbeSchedule)
class ProbeScheduleAdmin(ModelAdmin):
    list_display = ["campaign", "enabled", "every_minutes", "wait_minutes", "next_at"]
    list_select_related = ["campaign"]
    autocomplete_fields = ["campaign"]
    fields = ["campaign", "enabled", "every_minutes", "wait_minutes"]
