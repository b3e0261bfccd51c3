"""Pages whose first look is health, with the form behind a tab of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lists.admin.acting import add_remark
from lists.admin.csv_answers import csv_answer
from lists.admin.deleting import CountedDeletion
from lists.admin.pages import Pages
from lists.advice import advise
from lists.happenings import happenings_of
from lists.health import details, health_of
from lists.picking import PERIODS, picked
from lists.tables import HEADER, health_rows
from lists.words import rate_text


def today() -> date:
    """The day that counts are kept under now (UTC)."""
    return timezone.now().astimezone(UTC).date()


class HealthFirstAdmin(CountedDeletion, Pages, ModelAdmin):
    """The object's address shows its health; `settings/` below it has the form."""

    health_template = ""
    change_form_outer_before_template = "bounceadmin/parts/settings_tabs.html"

    def more_context(self, row) -> dict[str, object]:
        """What the health page shows of `row` besides its health."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        settings = self.named_path("settings/", "settings", self.settings_view)
        table = self.named_path("health.csv", "csv", self.csv_view)
        remark = self.act_path("note", add_remark)
        return [settings, table, remark, *super().get_urls()]

    def named_path(self, address: str, name: str, view) -> URLPattern:
        """A page below that of an object, `view(request, object_id)`."""
        return path(
            f"<path:object_id>/{address}",
            self.admin_site.admin_view(view),
            name=self.url_name(name),
        )

    def act_path(self, name: str, act: Callable[..., HttpResponse]) -> URLPattern:
        """A page below that of an object where something is done: `act(self, request, row)`."""

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            row = self.get_object(request, object_id)
            if row is None:
                raise Http404
            return act(self, request, row)

        return self.named_path(f"{name}/", name, view)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        if "_popup" in request.GET or request.method == "POST":
            return self.settings_view(request, object_id, form_url, extra_context)
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        choice = picked(request.GET, today())
        found = details(row, choice.period)
        context = {
            "section": "health",
            "picked": choice,
            "picker": {"periods": PERIODS},
            "health": found.health,
            "advice": advise(found.health),
            "domains": found.domains,
            "domains_as_of": found.domains_as_of,
            "reasons": found.reasons,
            "happenings": happenings_of(row, choice.period),
            **self.more_context(row),
        }
        return self.section_page(request, row, self.health_template, context)

    def section_page(
        self, request: HttpRequest, row, template: str, context: dict[str, object]
    ) -> HttpResponse:
        """A page about `row` with the tabs of its sections; `context` names its own `section`."""
        context = {
            "original": row,
            "title": str(row),
            "can_change": self.has_change_permission(request, row),
            **context,
        }
        return self.page(request, template, context)

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The days of the picked period as a table."""
        row = self.seen_row(request, object_id)
        choice = picked(request.GET, today())
        rows = health_rows(health_of(row, choice.period))
        name = f"{self.opts.model_name}-{row.pk}-{choice.period.last}-{choice.days}-days.csv"
        return csv_answer(name, HEADER, rows)

    @admin.display(description=_("bounce rate"))
    def rate(self, row) -> str:
        """Of a row that the list of rows gave its health."""
        return rate_text(row.health.counts)

    def settings_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        """The form."""
        return super().change_view(request, object_id, form_url, extra_context)

    def response_post_save_change(self, request: HttpRequest, obj) -> HttpResponse:
        return self.to_page_of(obj.pk)
