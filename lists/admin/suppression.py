"""Suppressions and their log. They are made and lifted with a reason, never edited or deleted."""

from __future__ import annotations

import re
from copy import copy

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from lists import reason_words, searching, suppressing
from lists.admin.day_range import DayRangeFilter
from lists.admin.pages import Pages
from lists.admin.paging import LargeTable
from lists.admin.read_only import ReadOnly
from lists.admin.suppression_forms import SuppressForm, UnsuppressForm
from lists.exporting import as_csv
from lists.kept_words import shown
from lists.models import Suppression, SuppressionLog

_PER_PAGE = 50
# What one person may lift with one reason.
_MOST_AT_ONCE = 5000
# What a 64-bit key can be.
_ID = re.compile(r"[0-9]{1,18}")


class ReadOnlyAdmin(ReadOnly, Pages, LargeTable, ModelAdmin):
    """For tables that only code writes: shown and searched, cheaply however large they are."""

    list_per_page = _PER_PAGE
    search_help_text = searching.HELP

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return searching.by_address(queryset, search_term), False


class InForceFilter(DropdownFilter):
    """Those in force, unless asked for others."""

    title = _("state")
    parameter_name = "state"
    all_option = ["", _("In force")]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("lifted", _("Lifted")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "lifted":
            return queryset.filter(lifted_at__isnull=False)
        return queryset if self.value() == "all" else queryset.active()


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    list_display = ["shown_address", "cause", "why", "reach", "since", "until", "lifted_at"]
    list_before_template = "bounceadmin/parts/export_suppressions.html"
    list_filter = [
        InForceFilter,
        ("cause", ChoicesDropdownFilter),
        ("scope", ChoicesDropdownFilter),
        ("stream", ChoicesDropdownFilter),
        ("since", DayRangeFilter),
    ]
    list_filter_submit = True
    list_select_related = ["mailing_list"]
    ordering = ["-since", "-id"]
    search_fields = ["address"]
    fields = ["shown_address", "cause", "why", "reach", "since", "until", "lifted_at"]
    readonly_fields = ["shown_address", "why", "reach"]
    change_form_outer_before_template = "bounceadmin/parts/suppression.html"
    actions = ["unsuppress_selected"]
    actions_list = ["suppress_by_hand", "import_file"]
    actions_detail = ["unsuppress_this"]

    @admin.display(description=_("address"))
    def shown_address(self, row: Suppression) -> str:
        return row.shown_address

    @admin.display(description=_("reason"), empty_value="–")
    def why(self, row: Suppression) -> str:
        return reason_words.with_name(row.reason)

    @admin.display(description=_("reaches"))
    def reach(self, row: Suppression) -> str:
        return row.reach

    def has_unsuppress_permission(self, request: HttpRequest, obj=None) -> bool:
        """Who may suppress and unsuppress."""
        return request.user.has_perm("lists.change_suppression")

    def get_urls(self) -> list[URLPattern]:
        def page(address, view):
            wrapped = self.admin_site.admin_view(view)
            return path(f"{address}/", wrapped, name=self.url_name(address))

        return [
            page("unsuppress", self.unsuppress_view),
            page("suppress", self.suppress_view),
            page("export", self.export_view),
            *super().get_urls(),
        ]

    @action(description=_("Unsuppress…"), permissions=["unsuppress"])
    def unsuppress_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        ids = queryset.values_list("pk", flat=True)[:_PER_PAGE]
        return HttpResponseRedirect(self._unsuppress_url(ids))

    @action(description=_("Unsuppress…"), permissions=["unsuppress"], url_path="lift")
    def unsuppress_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(self._unsuppress_url([object_id]))

    @action(description=_("Suppress by hand"), permissions=["unsuppress"], url_path="by-hand")
    def suppress_by_hand(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:lists_suppression_suppress"))

    @action(description=_("Import a file"), permissions=["unsuppress"], url_path="import-file")
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:lists_suppressionimport_new"))

    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """The suppressions that the list shows under the same filters, as CSV."""
        self._require_permission(request)
        rows = self.get_changelist_instance(request).get_queryset(request)
        answer = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="suppressions.csv"'
        return answer

    def unsuppress_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for a reason, then lifts those named in `ids`, or all that are `found`."""
        self._require_permission(request)
        rows = self._asked_about(request)
        if len(rows) > _MOST_AT_ONCE:
            message = _("More than %(n)s are found: filter for fewer, such as one day's.")
            self.message_user(request, message % {"n": _MOST_AT_ONCE}, messages.ERROR)
            return HttpResponseRedirect(self._back(request))
        form = UnsuppressForm(request.POST or None, suppressions=rows)
        if rows and request.method == "POST" and form.is_valid():
            why = form.cleaned_data["why"]
            lifted = suppressing.unsuppress(rows, request.user.get_username(), why)
            done = ngettext(
                "%(n)d suppression is lifted. The address is mailed again.",
                "%(n)d suppressions are lifted. The addresses are mailed again.",
                lifted,
            )
            self.message_user(request, done % {"n": lifted}, messages.SUCCESS)
            return HttpResponseRedirect(self._back(request))
        context = {
            "title": _("Unsuppress"),
            "form": form,
            "rows": rows[:_PER_PAGE],
            "number": len(rows),
        }
        return self._page(request, "bounceadmin/unsuppress.html", context)

    def suppress_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for addresses and a reason, then suppresses them."""
        self._require_permission(request)
        initial = {"addresses": request.GET.get("address", "")}
        form = SuppressForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            made = suppressing.suppress(form.wishes(), request.user.get_username())
            done = ngettext(
                "%(n)d address is suppressed now.", "%(n)d addresses are suppressed now.", made
            )
            self.message_user(request, done % {"n": made}, messages.SUCCESS)
            return HttpResponseRedirect(self._back(request))
        context = {"title": _("Suppress by hand"), "form": form}
        return self._page(request, "bounceadmin/suppress.html", context)

    def _asked_about(self, request: HttpRequest) -> list[Suppression]:
        """Those in force that the page was asked for, one more than may be lifted at once."""
        if "found" in request.GET:
            listed = copy(request)
            listed.GET = request.GET.copy()
            for name in ("found", "next"):
                listed.GET.pop(name, None)
            rows = self.get_changelist_instance(listed).get_queryset(listed).active()
        else:
            ids = [part for part in request.GET.get("ids", "").split(",") if _ID.fullmatch(part)]
            rows = Suppression.objects.active().filter(pk__in=ids[:_PER_PAGE])
        return list(rows.select_related("mailing_list").order_by("address")[: _MOST_AT_ONCE + 1])

    def _require_permission(self, request: HttpRequest) -> None:
        if not self.has_unsuppress_permission(request):
            raise PermissionDenied

    def _unsuppress_url(self, ids) -> str:
        page = reverse(f"{self.admin_site.name}:lists_suppression_unsuppress")
        return f"{page}?{urlencode({'ids': ','.join(map(str, ids))})}"

    def _back(self, request: HttpRequest) -> str:
        """Where the person came from, if that is one of our pages."""
        wanted = request.GET.get("next", "")
        if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
            return wanted
        return reverse(f"{self.admin_site.name}:lists_suppression_changelist")

    def _page(self, request: HttpRequest, template: str, context: dict) -> HttpResponse:
        return self.page(request, template, {"back": self._back(request), **context})


@admin.register(SuppressionLog)
class SuppressionLogAdmin(ReadOnlyAdmin):
    list_display = ["at", "address", "what", "reach", "actor", "why_in_words"]
    list_display_links = ["address"]
    list_filter = [("what", ChoicesDropdownFilter)]
    ordering = ["-at", "-id"]
    search_fields = ["address"]
    search_help_text = _("A whole address: ann@example.com")
    fields = ["at", "address", "what", "reach", "actor", "why_in_words"]
    change_form_outer_before_template = "bounceadmin/parts/suppression.html"

    @admin.display(description=_("why"))
    def why_in_words(self, row: SuppressionLog) -> str:
        return shown(row.why) or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        # The log keeps addresses only.
        if search_term.strip() and "@" not in search_term.strip()[1:]:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)
