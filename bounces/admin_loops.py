"""Loops and storms: who answers machines by machine, and what is held back."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from bounces import looping
from bounces.models import SenderHour
from lists.admin.pages import Pages
from lists.admin.read_only import ReadOnly

_DAYS = 7
_SENDERS = 25


@admin.register(SenderHour)
class SenderHourAdmin(ReadOnly, Pages, ModelAdmin):
    """One page instead of rows: the busiest senders of the week."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.release_view)
        return [path("release/", view, name="bounces_senderhour_release"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            "title": _("Loops and storms"),
            "days": _DAYS,
            "cap": settings.STORM_CAP_PER_HOUR,
            "senders": looping.senders(timezone.now() - timedelta(days=_DAYS), _SENDERS),
            "most": _SENDERS,
            "held": looping.held_back(),
            "may_release": self._may_release(request),
        }
        return self.page(request, "bounceadmin/loops.html", context)

    def change_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return HttpResponseRedirect(self.url_of("changelist"))

    def release_view(self, request: HttpRequest) -> HttpResponse:
        """*Process what was held back* of one sender."""
        if request.method != "POST" or not self._may_release(request):
            raise PermissionDenied
        released = looping.release(request.POST.get("sender", ""))
        said = ngettext(
            "%(n)d message is processed after all.",
            "%(n)d messages are processed after all.",
            released,
        )
        level = messages.SUCCESS if released else messages.WARNING
        self.message_user(request, said % {"n": released}, level)
        return HttpResponseRedirect(self.url_of("changelist"))

    def _may_release(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bounces.change_inboundmessage")
