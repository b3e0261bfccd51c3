"""Mailboxes: how they do first, their settings behind a tab, and buttons to fetch and to try."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import date as formatted
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from bounces import roads
from bounces.mailbox_form import MailboxForm
from bounces.models import KnownMessage, Mailbox
from bounces.sources.mailbox import scheduling
from bounces.sources.mailbox.fetching import road_key
from bounces.sources.mailbox.opening import port_of
from bounces.sources.mailbox.standing import standing, standings
from bounces.sources.mailbox.trying import try_out
from lists.admin.pages import RowPage

_UNREADABLE_SHOWN = 50
_PILLS = {"good": "healthy", "bad": "critical", "busy": "attention", "quiet": "unknown"}
_SERVER = "protocol != 'maildir'"
_OAUTH = f"{_SERVER} && login != 'password'"


@admin.register(Mailbox)
class MailboxAdmin(RowPage, ModelAdmin):
    form = MailboxForm
    page_template = "bounceadmin/mailbox.html"
    change_form_outer_before_template = "bounceadmin/parts/mailbox_tabs.html"
    list_display = ["name", "where", "state", "last_run", "next_run", "outcome"]
    list_filter = [("protocol", ChoicesDropdownFilter), "is_active"]
    search_fields = ["name", "host", "username"]
    sortable_by = ["name"]
    save_on_top = False
    fieldsets = [
        (None, {"fields": ["name", "protocol"]}),
        (_("Server"), {"fields": ["host", "tls", "port", "ca_certificate"]}),
        (
            _("Login"),
            {
                "description": _("Secrets are kept encrypted. Nobody can read them here again."),
                "fields": [
                    "login",
                    "username",
                    "new_password",
                    "client_id",
                    "new_client_secret",
                    "new_refresh_token",
                    "tenant",
                ],
            },
        ),
        (_("Messages"), {"fields": ["folder", "afterwards", "move_to"]}),
        (_("Schedule"), {"fields": ["is_active", "every_minutes"]}),
    ]
    conditional_fields = {
        "host": _SERVER,
        "tls": _SERVER,
        "port": _SERVER,
        "ca_certificate": f"{_SERVER} && tls != 'none'",
        "login": _SERVER,
        "username": _SERVER,
        "new_password": f"{_SERVER} && login == 'password'",
        "client_id": _OAUTH,
        "new_client_secret": _OAUTH,
        "new_refresh_token": _OAUTH,
        "tenant": f"{_SERVER} && login == 'microsoft'",
        "folder": "protocol != 'pop3'",
        "move_to": "protocol == 'imap' && afterwards == 'move'",
    }

    def get_urls(self) -> list[URLPattern]:
        views = {
            "settings": self.settings_view,
            "fetch": self.fetch_view,
            "test": self.test_view,
            "pause": self.pause_view,
            "retry": self.retry_view,
        }
        return [*self.row_paths(views), *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest):
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        states = standings(found.result_list)
        for row in found.result_list:
            row.standing = states[row.pk]
        return found

    @admin.display(description=_("where"))
    def where(self, row: Mailbox) -> str:
        return _where(row)

    @admin.display(description=_("state"))
    def state(self, row: Mailbox) -> str:
        pill = _PILLS[row.standing.tone]
        return format_html('<span class="ba-pill ba-band-{}">{}</span>', pill, row.standing.word)

    @admin.display(description=_("last run"))
    def last_run(self, row: Mailbox) -> str:
        run = row.standing.run
        return _short(run.started_at) if run else "–"

    @admin.display(description=_("next run"))
    def next_run(self, row: Mailbox) -> str:
        return _short(row.next_run_at) if row.is_active else "–"

    @admin.display(description=_("what happened"))
    def outcome(self, row: Mailbox) -> str:
        return row.standing.sentence

    def page_context(self, request: HttpRequest, row: Mailbox) -> dict[str, object]:
        runs = list(row.runs.order_by("-id"))
        unreadable = row.known_messages.filter(is_stored=False).order_by("-seen_at")
        return {
            "original": row,
            "where": _where(row),
            "standing": standing(row, runs[0] if runs else None),
            "runs": runs,
            "unreadable": unreadable[:_UNREADABLE_SHOWN],
            "unreadable_count": unreadable.count(),
            "can_change": self.has_change_permission(request, row),
        }

    def response_post_save_change(self, request: HttpRequest, obj: Mailbox) -> HttpResponse:
        return self.to_page_of(obj.pk)

    def response_post_save_add(self, request: HttpRequest, obj: Mailbox) -> HttpResponse:
        return self.to_page_of(obj.pk)

    def save_model(self, request: HttpRequest, obj: Mailbox, form, change: bool) -> None:
        if change:
            # Only what the form is about: a run may be moving the rest forward just now.
            obj.save(update_fields=form.fields_to_save())
        else:
            obj.save()
        if obj.protocol != Mailbox.Protocol.MAILDIR and obj.tls == Mailbox.Tls.NONE:
            text = _("Without encryption anyone on the way can read the password and the mail.")
            self.message_user(request, text, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Mailbox) -> None:
        roads.forget(road_key(obj.pk))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Mailbox]) -> None:
        for pk in queryset.values_list("pk", flat=True):
            roads.forget(road_key(pk))
        super().delete_queryset(request, queryset)

    def fetch_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """*Fetch now*."""
        scheduling.fetch_now(self.posted_row(request, pk))
        self.message_user(request, _("It is fetched as soon as a worker is free."))
        return self.to_page_of(pk)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """*Test connection*."""
        trial = try_out(self.posted_row(request, pk))
        level = messages.SUCCESS if trial.works else messages.ERROR
        self.message_user(request, trial.sentence, level)
        return self.to_page_of(pk)

    def pause_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """*Pause* and *Go on*."""
        mailbox = self.posted_row(request, pk)
        goes_on = not mailbox.is_active
        Mailbox.objects.filter(pk=pk).update(is_active=goes_on, next_run_at=timezone.now())
        said = _("It is fetched on schedule again.") if goes_on else _("It is paused.")
        self.message_user(request, said)
        return self.to_page_of(pk)

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """*Try them again*, of messages that could not be read."""
        mailbox = self.posted_row(request, pk)
        unread = KnownMessage.objects.filter(mailbox=mailbox, is_stored=False)
        unread.update(next_try_at=timezone.now(), tries=0)
        scheduling.fetch_now(mailbox)
        self.message_user(request, _("They are tried again with the next run, which is now."))
        return self.to_page_of(pk)


def _where(row: Mailbox) -> str:
    if row.protocol == Mailbox.Protocol.MAILDIR:
        return row.folder
    folder = f" {row.folder}" if row.folder and row.protocol == Mailbox.Protocol.IMAP else ""
    return f"{row.username} @ {row.host}:{port_of(row)}{folder}"


def _short(at: datetime) -> str:
    return formatted(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
