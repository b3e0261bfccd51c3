"""The admin site."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from bounceadmin import theme
from bounceadmin.logins.forgotten import asking, changing


@dataclass(frozen=True, slots=True)
class Theme:
    """Colour name -> weight -> value in CSS, and how round corners are."""

    colors: dict[str, dict[str, str]]
    border_radius: str


class BounceadminSite(UnfoldAdminSite):
    """Unfold's site; its index is the dashboard."""

    def theme(self) -> Theme:
        return Theme(self._get_colors("COLORS"), self._get_config("BORDER_RADIUS"))

    @transaction.atomic
    def password_change(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        user, before = request.user, request.user.password
        answer = super().password_change(request, extra_context)
        if user.password != before:
            changing.changed_by_login(user, user, asking.visitor(request), timezone.now())
        return answer

    def each_context(self, request: HttpRequest) -> dict[str, object]:
        context = super().each_context(request)
        context["styles"] = [theme.address(), *context["styles"]]
        return context | {"colors": None, "can_reset_password": asking.is_possible()}
