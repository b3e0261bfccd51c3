"""Too many failed tries: django-axes counts them; here is what is said, and how to unlock."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from bounceadmin.logins.forgotten import asking


def locked(request: HttpRequest, _response: object = None, _credentials: object = None):
    """The login page, with when to try again and who can unlock (429)."""
    minutes = minutes_locked()
    why = ngettext(
        "Too many failed tries to log in from here. Try again in %(n)d minute, or ask an "
        "administrator to unlock you.",
        "Too many failed tries to log in from here. Try again in %(n)d minutes, or ask an "
        "administrator to unlock you.",
        minutes,
    ) % {"n": minutes}
    return refusal(request, _("Locked"), why, offer_reset=asking.is_possible())


def minutes_locked() -> int:
    """How long to wait."""
    return round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)


def refusal(request: HttpRequest, title: str, why: str, **context: object) -> HttpResponse:
    """The page for who tried something too often (429), until `LOGIN_LOCK_MINUTES` have passed."""
    context |= {**admin.site.each_context(request), "title": title, "why": why}
    response = TemplateResponse(request, "bounceadmin/logins/locked.html", context, status=429)
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response.render()


class LockedFilter(admin.SimpleListFilter):
    title = gettext_lazy("locked")
    parameter_name = "locked"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin):
        return [("yes", _("Locked"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if self.value() != "yes":
            return rows
        return rows.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)


class AccessAttemptAdmin(ModelAdmin):
    """Failed tries; to unlock is to forget them."""

    list_display = ["username", "ip_address", "failures_since_start", "is_locked", "attempt_time"]
    list_filter = [LockedFilter]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    fields = [*list_display, "user_agent", "path_info"]
    readonly_fields = fields
    actions = ["unlock"]

    @admin.display(description=gettext_lazy("locked"), boolean=True)
    def is_locked(self, attempt: AccessAttempt) -> bool:
        return attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT

    @admin.action(description=gettext_lazy("Unlock"), permissions=["delete"])
    def unlock(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        number, _models = chosen.delete()
        said = ngettext("%(n)d is unlocked.", "%(n)d are unlocked.", number) % {"n": number}
        messages.success(request, said)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # It would be the same under another name.
        return actions
