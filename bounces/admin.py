"""Bounce events and the messages they came in: to look at and, where one failed, to try again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
)
from unfold.decorators import action

from bounces import (  # noqa: F401 (they register themselves)
    admin_listener,
    admin_loops,
    admin_mailboxes,
    admin_webhooks,
)
from bounces.admin_filters import (
    AboutFilter,
    HeldSenderFilter,
    MessageKindFilter,
    ReasonFilter,
    SinceFilter,
    message_kinds,
)
from bounces.explaining import EFFECTS, explain
from bounces.kept_words import shown
from bounces.models import BounceEvent, InboundMessage
from bounces.originals import readable
from bounces.raw_storage import UnavailableError
from bounces.retrying import process_again
from bounces.words import reason_sentence
from lists import searching
from lists.admin.csv_answers import csv_answer
from lists.admin.pages import RowPage
from lists.admin.paging import LargeTable, in_pieces
from lists.admin.read_only import ReadOnly
from lists.models import Campaign, MailingList

_RELATED = 10


class RecordAdmin(ReadOnly, RowPage, LargeTable, ModelAdmin):
    """For large tables that only the pipeline writes: a list, and a page."""

    list_filter_submit = True
    list_per_page = 50


def _text_of(message: InboundMessage) -> dict[str, object]:
    """The message as text for its page, or why there is none to show."""
    try:
        raw = message.raw
    except UnavailableError as error:
        return {"text": None, "text_away": str(error)}
    return {"text": None if raw is None else readable(raw)}


_EVENT_COLUMNS = (
    "occurred_at",
    "kind",
    "category",
    "reason",
    "smtp_code",
    "status",
    "address",
    "mailing_list",
    "campaign",
    "trust",
    "effect",
    "remote_mta",
    "diagnostic",
)


def _cells(event: BounceEvent) -> list[object]:
    """A row of the table; lists and campaigns by their names."""
    cells = [getattr(event, name) for name in _EVENT_COLUMNS]
    return [cell.name if isinstance(cell, MailingList | Campaign) else cell for cell in cells]


@admin.register(BounceEvent)
class BounceEventAdmin(RecordAdmin):
    page_template = "bounceadmin/event.html"
    list_before_template = "bounceadmin/parts/events_download.html"
    list_display = ["occurred_at", "who", "what", "code", "where", "trusted", "did"]
    list_display_links = ["who"]
    list_filter = [
        ("kind", ChoicesDropdownFilter),
        ("category", ChoicesDropdownFilter),
        ReasonFilter,
        ("trust", ChoicesDropdownFilter),
        ("mailing_list", AutocompleteSelectFilter),
        ("campaign", AutocompleteSelectFilter),
        AboutFilter,
        SinceFilter,
    ]
    list_select_related = ["campaign", "mailing_list"]
    ordering = ["-occurred_at", "-id"]
    search_fields = ["address"]
    search_help_text = searching.HELP

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return searching.by_address(queryset, search_term), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv_view)
        return [path("events.csv", view, name="bounces_bounceevent_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The events of the list, as it is filtered, as a table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            events = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:bounces_bounceevent_changelist"))
        rows = map(_cells, in_pieces(events, self.ordering))
        return csv_answer("bounce-events.csv", _EVENT_COLUMNS, rows)

    @admin.display(description=_("address"))
    def who(self, row: BounceEvent) -> str:
        return row.address or row.reported_recipient or _("nobody named")

    @admin.display(description=_("what happened"))
    def what(self, row: BounceEvent) -> str:
        return format_html(
            '<span class="ba-cell"><span class="ba-dot ba-dot-{}"></span>'
            "<span>{}: {}</span></span>",
            row.category or row.kind,
            row.get_category_display() or row.get_kind_display(),
            reason_sentence(row.reason),
        )

    @admin.display(description=_("code"))
    def code(self, row: BounceEvent) -> str:
        return format_html(
            '<span class="ba-nowrap">{}</span>', f"{row.smtp_code} {row.status}".strip() or "–"
        )

    @admin.display(description=_("list, campaign"))
    def where(self, row: BounceEvent) -> str:
        if row.mailing_list is None:
            return _("unknown")
        return f"{row.mailing_list}, {row.campaign}" if row.campaign else str(row.mailing_list)

    @admin.display(description=_("trust"))
    def trusted(self, row: BounceEvent) -> str:
        return row.get_trust_display()

    @admin.display(description=_("what it did"))
    def did(self, row: BounceEvent) -> str:
        return EFFECTS.get(row.effect, "–")

    def page_context(self, request: HttpRequest, row: BounceEvent) -> dict[str, object]:
        same = BounceEvent.objects.filter(address=row.address).exclude(pk=row.pk)
        return {
            "event": row,
            "explanation": explain(row),
            "message": row.message,
            **_text_of(row.message),
            "related": same.order_by("-occurred_at")[:_RELATED] if row.address else (),
        }


@admin.register(InboundMessage)
class InboundMessageAdmin(RecordAdmin):
    page_template = "bounceadmin/message.html"
    list_display = ["received_at", "__str__", "source", "state", "said", "length", "noted"]
    list_display_links = ["__str__"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        MessageKindFilter,
        HeldSenderFilter,
    ]
    ordering = ["-received_at", "-id"]
    actions = ["process_selected_again"]

    def get_urls(self) -> list[URLPattern]:
        def page(address, view, name):
            return path(
                f"<int:pk>/{address}",
                self.admin_site.admin_view(view),
                name=self.url_name(name),
            )

        return [
            page("original.eml", self.download_view, "download"),
            page("again/", self.again_view, "again"),
            *super().get_urls(),
        ]

    def has_process_permission(self, request: HttpRequest, obj=None) -> bool:
        """Who may have messages processed again."""
        return request.user.has_perm("bounces.change_inboundmessage")

    @admin.display(description=_("kind"))
    def said(self, row: InboundMessage) -> str:
        return dict(message_kinds()).get(row.kind, "–")

    @admin.display(description=_("size"))
    def length(self, row: InboundMessage) -> str:
        return filesizeformat(row.size)

    @admin.display(description=_("note"))
    def noted(self, row: InboundMessage) -> str:
        return shown(row.error or row.note)[:120]

    @action(description=_("Process again"), permissions=["process"])
    def process_selected_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._process_again(request, list(queryset.values_list("pk", flat=True)))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on a failed message's page."""
        if request.method != "POST" or not self.has_process_permission(request):
            raise PermissionDenied
        self._process_again(request, [pk])
        return self.to_page_of(pk)

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message as it arrived, as a file that no browser shows or runs."""
        row = InboundMessage.objects.select_related("original").filter(pk=pk).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        try:
            raw = row.raw
        except UnavailableError as error:
            return HttpResponse(shown(str(error)), content_type="text/plain", status=503)
        if raw is None:
            raise Http404
        ending = "eml" if row.content_type == InboundMessage.ContentType.MAIL else "http"
        return HttpResponse(
            raw,
            content_type="text/plain; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="message-{pk}.{ending}"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    def page_context(self, request: HttpRequest, row: InboundMessage) -> dict[str, object]:
        return {
            "message": row,
            "can_process": self.has_process_permission(request),
            **_text_of(row),
            "events": row.events.order_by("pk")[:100],
        }

    def _process_again(self, request: HttpRequest, ids: list[int]) -> None:
        again = process_again(ids)
        text = ngettext(
            "%(n)d message is processed again.", "%(n)d messages are processed again.", again
        )
        level = messages.SUCCESS if again else messages.WARNING
        self.message_user(request, text % {"n": again}, level)
