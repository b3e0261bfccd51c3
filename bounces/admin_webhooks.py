"""Webhooks: how they do and what to paste where first, their settings behind a tab."""

from __future__ import annotations

import secrets

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import date as formatted
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from bounces import roads
from bounces.models import WebhookEndpoint
from bounces.sources.sealing import UnsealableError, seal
from bounces.sources.webhooks.providers import CHOICES, PROVIDERS
from bounces.sources.webhooks.receiving import road_of
from bounces.sources.webhooks.standing import standing
from bounces.webhook_form import WebhookForm
from lists.admin.pages import RowPage

_NEWEST = 10
# What the pipeline and refusals write meanwhile is not the form's.
_OURS = (
    "name", "is_active", "sealed_secret", "sealed_basic_auth", "topics", "mailing_list",
    "campaign", "counts_sent",
)  # fmt: skip


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(RowPage, ModelAdmin):
    form = WebhookForm
    page_template = "bounceadmin/webhook.html"
    change_form_outer_before_template = "bounceadmin/parts/webhook_tabs.html"
    list_display = ["name", "service", "state", "last_event", "counted", "problem"]
    search_fields = ["name"]
    sortable_by = ["name"]
    autocomplete_fields = ["mailing_list", "campaign"]
    conditional_fields = {"topics": "provider == 'amazon_ses'"}

    def get_fieldsets(self, request: HttpRequest, obj: WebhookEndpoint | None = None):
        has_secret = obj is None or PROVIDERS[obj.provider].secret is not None
        keys = ["new_secret"] if has_secret else []
        keys += ["new_basic_auth"] if obj is None else ["new_basic_auth", "drop_basic_auth"]
        return [
            (None, {"fields": ["name", "provider", "topics", "is_active"]}),
            (
                _("Proof of who reports"),
                {
                    "description": _(
                        "The address is made by itself and is a secret too. Where the service "
                        "shows its key only once it knows the address, save this first."
                    ),
                    "fields": keys,
                },
            ),
            (
                _("What its events are about"),
                {
                    "description": _(
                        "A campaign is found by the mail's return path or Message-ID, by "
                        "metadata named campaign, or by a tag: its number, bounce address or name."
                    ),
                    "fields": ["campaign", "mailing_list", "counts_sent"],
                },
            ),
        ]

    def get_urls(self) -> list[URLPattern]:
        views = {
            "settings": self.settings_view,
            "renew": self.renew_view,
            "token": self.token_view,
        }
        return [*self.row_paths(views), *super().get_urls()]

    @admin.display(description=_("mail service"))
    def service(self, row: WebhookEndpoint) -> str:
        return dict(CHOICES)[row.provider]

    @admin.display(description=_("state"))
    def state(self, row: WebhookEndpoint) -> str:
        found = standing(row)
        return format_html('<span class="ba-pill ba-band-{}">{}</span>', found.band, found.word)

    @admin.display(description=_("last event"))
    def last_event(self, row: WebhookEndpoint) -> str:
        return _when(row.last_event_at)

    @admin.display(description=_("events"))
    def counted(self, row: WebhookEndpoint) -> str:
        return f"{row.events:,}"

    @admin.display(description=_("problem"))
    def problem(self, row: WebhookEndpoint) -> str:
        return standing(row).problem

    def page_context(self, request: HttpRequest, row: WebhookEndpoint) -> dict[str, object]:
        """How it does, and its address for those who may set it up."""
        can_change = self.has_change_permission(request, row)
        return {
            "original": row,
            "provider": PROVIDERS[row.provider],
            "standing": standing(row),
            "address": _address(request, row) if can_change else "",
            "newest": row.messages.order_by("-id")[:_NEWEST],
            "subscriptions": row.subscriptions.all()[:_NEWEST],
            "can_change": can_change,
        }

    def row_answer(self, request: HttpRequest, row: WebhookEndpoint) -> HttpResponse:
        return _not_kept(super().row_answer(request, row))

    def renew_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """*New address*: the old one is known no more."""
        row = self.posted_row(request, pk)
        row.renew_token()
        row.save(update_fields=["token_digest", "sealed_token"])
        text = _("It has a new address. Enter it at the service: the old one is refused from now.")
        self.message_user(request, text, messages.WARNING)
        return self.to_page_of(pk)

    def token_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """*New token*, for the hooks of our own; the old one is refused from now."""
        row = self.posted_row(request, pk)
        if not _makes_token(row):
            raise PermissionDenied
        token = secrets.token_urlsafe(32)
        row.sealed_secret = seal(token)
        row.save(update_fields=["sealed_secret"])
        return self._show_token(request, row, token)

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form, change: bool) -> None:
        request.made_webhook_token = form.made_secret
        if change:
            obj.save(update_fields=_OURS)
        else:
            obj.save()

    def response_post_save_change(self, request: HttpRequest, obj) -> HttpResponse:
        return self._after_saving(request, obj)

    def response_post_save_add(self, request: HttpRequest, obj) -> HttpResponse:
        return self._after_saving(request, obj)

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        roads.forget(road_of(obj.pk))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for pk in queryset.values_list("pk", flat=True):
            roads.forget(road_of(pk))
        super().delete_queryset(request, queryset)

    def _after_saving(self, request: HttpRequest, row: WebhookEndpoint) -> HttpResponse:
        if request.made_webhook_token:
            return self._show_token(request, row, request.made_webhook_token)
        return self.to_page_of(row.pk)

    def _show_token(self, request: HttpRequest, row: WebhookEndpoint, token: str) -> HttpResponse:
        """The one page that shows a token that was made here."""
        context = {
            "original": row,
            "title": _("The new token"),
            "provider": PROVIDERS[row.provider],
            "address": _address(request, row),
            "token": token,
        }
        return _not_kept(self.page(request, "bounceadmin/webhook_token.html", context))


def _not_kept(answer: HttpResponse) -> HttpResponse:
    """A page with a secret, which no browser is to keep."""
    answer["Cache-Control"] = "no-store"
    return answer


def _makes_token(row: WebhookEndpoint) -> bool:
    secret = PROVIDERS[row.provider].secret
    return secret is not None and secret.made_here


def _address(request: HttpRequest, row: WebhookEndpoint) -> str:
    """What to paste at the service; empty where the key that sealed it is gone."""
    try:
        return request.build_absolute_uri(reverse("webhook", args=[row.token]))
    except UnsealableError:
        return ""


def _when(at) -> str:
    return formatted(timezone.localtime(at), "DATETIME_FORMAT") if at else "–"
