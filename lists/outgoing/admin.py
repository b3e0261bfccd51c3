"""Outgoing webhooks and the log of their deliveries."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminURLInputWidget,
)

from lists.admin.pages import Pages, RowPage
from lists.admin.suppression import ReadOnlyAdmin
from lists.kept_words import shown
from lists.outgoing import delivering
from lists.outgoing.kinds import KINDS
from lists.outgoing.models import Delivery, Endpoint

_STATES = {
    Delivery.State.PENDING: "attention",
    Delivery.State.DELIVERED: "healthy",
    Delivery.State.PARKED: "critical",
}


def _pill(look: str, text: str) -> str:
    return format_html('<span class="ba-pill ba-band-{}">{}</span>', look, text)


class EndpointForm(forms.ModelForm):
    """Where to, and what is told."""

    url = forms.URLField(
        label=_("URL"),
        max_length=500,
        assume_scheme="https",
        help_text=_("https://… It must answer with 2xx within fifteen seconds."),
        widget=UnfoldAdminURLInputWidget,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Tell it when"),
        choices=list(KINDS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(Endpoint)
class EndpointAdmin(Pages, ModelAdmin):
    form = EndpointForm
    list_display = ["name", "state", "host", "told"]
    search_fields = ["name", "url"]
    fields = ["name", "url", "kinds", "enabled"]
    change_form_outer_before_template = "bounceadmin/parts/webhook.html"
    actions_list = ["deliveries"]
    actions_detail = ["send_test", "show_secret", "rotate_secret"]

    @admin.display(description=_("state"))
    def state(self, row: Endpoint) -> str:
        if not row.enabled:
            return _pill("unknown", _now("Off"))
        if row.failures:
            failing = ngettext("%(n)d failure", "%(n)d failures in a row", row.failures)
            return _pill("critical", failing % {"n": row.failures})
        return _pill("healthy", _now("On"))

    @admin.display(description=_("goes to"))
    def host(self, row: Endpoint) -> str:
        return urlsplit(row.url).netloc

    @admin.display(description=_("told when"))
    def told(self, row: Endpoint) -> str:
        return ", ".join(row.kinds)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.secret_view)
        name = "outgoing_endpoint_secret"
        return [path("<int:object_id>/secret/", view, name=name), *super().get_urls()]

    def response_add(self, request: HttpRequest, obj, post_url_continue=None) -> HttpResponse:
        return HttpResponseRedirect(self._secret_url(obj.pk))

    @action(description=_("Deliveries"), url_path="deliveries")
    def deliveries(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:outgoing_delivery_changelist"))

    @action(description=_("Send a test"), permissions=["change"], url_path="test")
    def send_test(self, request: HttpRequest, object_id: int) -> HttpResponse:
        delivery = delivering.send_test(Endpoint.objects.get(pk=object_id))
        if delivery.done_ok:
            done = _now("It answered %(status)d in %(ms)d ms: deliveries work.")
            told = {"status": delivery.status, "ms": delivery.milliseconds}
            self.message_user(request, done % told, messages.SUCCESS)
        else:
            self.message_user(request, _failure(delivery), messages.ERROR)
        page = f"{self.admin_site.name}:outgoing_delivery_change"
        return HttpResponseRedirect(reverse(page, args=[delivery.pk]))

    @action(description=_("Secret"), permissions=["change"], url_path="show-secret")
    def show_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return HttpResponseRedirect(self._secret_url(object_id))

    @action(description=_("New secret"), permissions=["change"], url_path="rotate")
    def rotate_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return HttpResponseRedirect(self._secret_url(object_id) + "?new=1")

    def secret_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Shows the secret; with `new` asks first, and on POST makes a new one."""
        row = self.get_object(request, str(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if request.method == "POST":
            delivering.rotate_secret(row)
            done = _now("It has a new secret. The one before goes on signing too for a day.")
            self.message_user(request, done, messages.SUCCESS)
            return HttpResponseRedirect(self._secret_url(object_id))
        context = {
            "title": _("The secret"),
            "endpoint": row,
            "asks": "new" in request.GET,
            "back": self.url_of("change", row.pk),
        }
        answer = self.page(request, "bounceadmin/webhook_secret.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def _secret_url(self, object_id: int) -> str:
        return self.url_of("secret", object_id)


@admin.register(Delivery)
class DeliveryAdmin(RowPage, ReadOnlyAdmin):
    page_template = "bounceadmin/delivery.html"
    list_display = ["created_at", "kind", "endpoint", "pill", "attempts", "status", "milliseconds"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("endpoint", RelatedDropdownFilter),
        ("message__kind", ChoicesDropdownFilter),
    ]
    list_filter_submit = True
    list_select_related = ["endpoint", "message"]
    ordering = ["-created_at", "-id"]
    search_fields = ["message__public_id"]
    search_help_text = _("The webhook-id that a receiver has: msg_…")
    actions = ["deliver_again"]

    @admin.display(description=_("what"))
    def kind(self, row: Delivery) -> str:
        return row.message.kind

    @admin.display(description=_("state"))
    def pill(self, row: Delivery) -> str:
        return _pill(_STATES[row.state], row.get_state_display())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        text = search_term.strip()
        return (queryset.filter(message__public_id=text) if text else queryset), False

    def has_deliver_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outgoing.change_delivery")

    @action(description=_("Deliver again"), permissions=["deliver"])
    def deliver_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        number = delivering.deliver_again(list(queryset.values_list("pk", flat=True)))
        done = ngettext("%(n)d is delivered again.", "%(n)d are delivered again.", number)
        self.message_user(request, done % {"n": number}, messages.SUCCESS)

    def page_context(self, request: HttpRequest, row: Delivery) -> dict[str, object]:
        return {
            "original": row,
            "title": row.message.public_id,
            "delivery": row,
            "pill": self.pill(row),
            "failure": _failure(row) if row.attempts and not row.done_ok else "",
        }


def _failure(delivery: Delivery) -> str:
    """Why the last try was none, in a sentence."""
    if delivery.error:
        return _now("It was not delivered: %(why)s.") % {"why": shown(delivery.error)}
    return _now("It was not delivered: the receiver answered %(status)s.") % {
        "status": delivery.status
    }
