"""API tokens: made here, shown once, revoked here. Never edited into more than they were."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bounceadmin.api import tokens
from bounceadmin.api.models import ApiToken
from lists.admin.pages import Pages

_STATES = {
    "active": (_("Active"), "healthy"),
    "expired": (_("Expired"), "unknown"),
    "revoked": (_("Revoked"), "unknown"),
}


class ApiTokenForm(forms.ModelForm):
    """A token's name, and what it may do."""

    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=list(tokens.SCOPES.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Give it no more than its application needs."),
    )

    def clean_expires_at(self):
        moment = self.cleaned_data["expires_at"]
        if moment and moment <= timezone.now() and "expires_at" in self.changed_data:
            raise ValidationError(_("This is in the past: revoke the token instead."))
        return moment


@admin.register(ApiToken)
class ApiTokenAdmin(Pages, ModelAdmin):
    form = ApiTokenForm
    list_display = ["name", "state", "begins", "may", "last_used_at", "expires_at"]
    list_per_page = 50
    search_fields = ["name", "prefix"]
    fields = ["name", "scopes", "expires_at", "requests_per_minute"]
    actions = ["revoke_selected"]
    actions_list = ["read_the_api"]

    @admin.display(description=_("state"))
    def state(self, row: ApiToken) -> str:
        label, look = _STATES[row.state]
        return format_html('<span class="ba-pill ba-band-{}">{}</span>', look, label)

    @admin.display(description=_("begins with"))
    def begins(self, row: ApiToken) -> str:
        return format_html('<span class="ba-mono">{}…</span>', row.prefix)

    @admin.display(description=_("may"))
    def may(self, row: ApiToken) -> str:
        return ", ".join(row.scopes)

    @action(description=_("How to use the API"), url_path="read-the-api")
    def read_the_api(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("api:openapi-view"))

    @action(description=_("Revoke for good"), permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        revoked = tokens.revoke(queryset)
        done = ngettext(
            "%(n)d token is revoked: it works no more.",
            "%(n)d tokens are revoked: they work no more.",
            revoked,
        )
        self.message_user(request, done % {"n": revoked}, messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: ApiToken, form, change: bool) -> None:
        if not change:
            obj.created_by = request.user
            request.new_api_secret = tokens.new_secret(obj)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj, post_url_continue=None) -> HttpResponse:
        """The one page that shows the token itself."""
        context = {
            "title": _("The new token"),
            "token": obj,
            "secret": request.new_api_secret,
            "api": request.build_absolute_uri(reverse("api:api-root")),
            "back": self.url_of("changelist"),
        }
        answer = self.page(request, "bounceadmin/new_token.html", context)
        # Neither the browser nor anything on the way may keep it.
        answer["Cache-Control"] = "no-store"
        return answer

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        # The logs name it: it is revoked, and stays.
        return False
