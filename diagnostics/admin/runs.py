"""Diagnoses: asked for with a button, watched while they run, read and compared afterwards."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import action

from bounces.admin import RecordAdmin
from diagnostics import showing
from diagnostics.admin.forms import StartForm
from diagnostics.admin.progress import ProgressMixin
from diagnostics.models import DiagnosticRun
from diagnostics.plans import PLANS
from diagnostics.requesting import request_run
from diagnostics.templatetags.diagnostics import status_pill


class PlanFilter(DropdownFilter):
    """By what was asked."""

    title = _("question")
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [(plan.name, _t(plan.title)) for plan in PLANS.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(plan_name=self.value()) if self.value() in PLANS else queryset


@admin.register(DiagnosticRun)
class DiagnosticRunAdmin(ProgressMixin, RecordAdmin):
    page_template = "bounceadmin/run.html"
    progress_template = "bounceadmin/parts/run_progress.html"
    list_display = ["created_at", "question", "of_what", "result", "said", "who"]
    list_display_links = ["question"]
    list_filter = [PlanFilter, ("mailing_list", AutocompleteSelectFilter)]
    list_select_related = ["mailing_list", "campaign", "requested_by"]
    ordering = ["-created_at", "-id"]
    actions_list = ["ask"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("start/", wrap(self.start_view), name="diagnostics_diagnosticrun_start"),
            *super().get_urls(),
        ]

    def has_start_permission(self, request: HttpRequest, obj=None) -> bool:
        """Who may ask for a diagnosis."""
        return request.user.has_perm("diagnostics.add_diagnosticrun")

    @action(description=_("Run diagnostics"), permissions=["start"], url_path="new")
    def ask(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(self.url_of("start"))

    @admin.display(description=_("question"))
    def question(self, row: DiagnosticRun) -> str:
        return row.title

    @admin.display(description=_("about"))
    def of_what(self, row: DiagnosticRun) -> str:
        return row.about

    @admin.display(description=_("result"))
    def result(self, row: DiagnosticRun) -> str:
        return status_pill(row.worst) or row.get_state_display()

    @admin.display(description=_("in short"))
    def said(self, row: DiagnosticRun) -> str:
        short = row.verdict_in_words or showing.outcome(row)
        return format_html("{}{}", short, _(" (demo)") if row.is_demo else "")

    @admin.display(description=_("asked by"))
    def who(self, row: DiagnosticRun) -> str:
        return str(row.requested_by or "–")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DiagnosticRun]:
        return super().get_queryset(request).select_related("mailing_list", "campaign")

    def page_context(self, request: HttpRequest, row: DiagnosticRun) -> dict[str, object]:
        return {"page": showing.page(row)}

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Asks what to look at; a button elsewhere posts the answers at once."""
        if not self.has_start_permission(request):
            raise PermissionDenied
        about = request.POST.get("about") or request.GET.get("about", "")
        initial = {"plan": request.GET.get("plan", "checkup"), "about": about}
        form = StartForm(request.POST or None, user=request.user, about=about, initial=initial)
        if request.method == "POST" and form.is_valid():
            run = request_run(
                form.cleaned_data["plan"],
                form.cleaned_data["about"],
                by=request.user,
                reach_internal=form.cleaned_data.get("reach_internal", False),
            )
            return HttpResponseRedirect(self.url_of("change", run.pk))
        context = {
            "title": _("Run diagnostics"),
            "form": form,
            "nothing_to_diagnose": not any(pairs for _g, pairs in form.fields["about"].choices),
        }
        return self.page(request, "bounceadmin/start_diagnosis.html", context)

    def progress_context(self, row: DiagnosticRun) -> dict[str, object]:
        return {"page": showing.progress(row)}
