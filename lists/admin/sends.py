"""Reports of sends: what was reported by whom, and what came of it."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from lists.admin.pages import RowPage
from lists.admin.suppression import ReadOnlyAdmin
from lists.models import SendImport, SendReport


@admin.register(SendReport)
class SendReportAdmin(RowPage, ReadOnlyAdmin):
    page_template = "bounceadmin/sends.html"
    list_display = ["created_at", "source", "actor", "campaign", "sent", "delivered", "refused"]
    list_filter = [("source", ChoicesDropdownFilter)]
    list_select_related = ["campaign"]
    search_help_text = None
    ordering = ["-created_at", "-id"]
    actions_list = ["hand_in", "files"]

    def _number(self, row: SendReport, name: str) -> str:
        number = row.outcome.get(name)
        return "–" if number is None else f"{number:+,}"

    @admin.display(description=_("sent"))
    def sent(self, row: SendReport) -> str:
        return self._number(row, "sent")

    @admin.display(description=_("delivered"))
    def delivered(self, row: SendReport) -> str:
        return self._number(row, "delivered")

    @admin.display(description=_("refused rows"))
    def refused(self, row: SendReport) -> str:
        number = row.outcome.get("refused")
        return "–" if number is None else f"{number:,}"

    def has_report_permission(self, request: HttpRequest) -> bool:
        """Who may say how many were sent."""
        return request.user.has_perm("lists.add_sendreport")

    @action(description=_("Hand in a file"), permissions=["report"], url_path="hand-in")
    def hand_in(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:lists_sendimport_new"))

    @action(description=_("Files handed in"), url_path="files")
    def files(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:lists_sendimport_changelist"))

    def page_context(self, request: HttpRequest, row: SendReport) -> dict[str, object]:
        return {"report": row, "file": SendImport.objects.filter(report=row).first()}
