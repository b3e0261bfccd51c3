"""DMARC reports: what receivers say of who sends as us, a domain at a time."""

from __future__ import annotations

from datetime import UTC

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from bounces.admin import RecordAdmin
from diagnostics.charts import dmarc_bars
from diagnostics.models import DmarcReport
from diagnostics.reported import (
    Tally,
    by_day,
    by_source,
    reported_domains,
    sending_addresses,
)
from lists.picking import PERIODS, picked

_MOST_ROWS = 200


@admin.register(DmarcReport)
class DmarcReportAdmin(RecordAdmin):
    page_template = "bounceadmin/dmarc_report.html"
    list_display = ["end", "domain", "reporter", "count", "share"]
    list_display_links = ["domain"]
    ordering = ["-end", "-id"]
    actions_list = ["summary"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.overview_view)
        return [
            path("overview/", view, name="diagnostics_dmarcreport_overview"),
            *super().get_urls(),
        ]

    @action(description=_("By domain and address"), url_path="by-domain")
    def summary(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(self.url_of("overview"))

    @admin.display(description=_("passed"))
    def share(self, row: DmarcReport) -> str:
        return f"{100 * row.passed / row.count:.1f} %" if row.count else "–"

    def page_context(self, request: HttpRequest, row: DmarcReport) -> dict[str, object]:
        return {"report": row, "sources": row.sources.order_by("-count", "pk")[:_MOST_ROWS]}

    def overview_view(self, request: HttpRequest) -> HttpResponse:
        """One domain over some days: its mail by day and by address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        domains = reported_domains()
        choice = picked(request.GET, timezone.now().astimezone(UTC).date())
        known = [one.domain for one in domains]
        wanted = request.GET.get("domain", "")
        domain = wanted if wanted in known else (known[0] if known else "")
        first, last = choice.period.first, choice.period.last
        days = by_day(domain, first, last) if domain else []
        context = {
            "title": _("DMARC reports"),
            "domains": domains,
            "domain": domain,
            "picked": choice,
            "picker": {"periods": PERIODS},
            "days": days,
            "chart": dmarc_bars(days),
            "total": sum((day.tally for day in days), Tally()),
            "sources": by_source(domain, first, last, sending_addresses()) if domain else [],
        }
        return self.page(request, "bounceadmin/dmarc_overview.html", context)
