"""The admin site."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from bounceadmin import theme
from bounceadmin.logins.forgotten import asking


@dataclass(frozen=True, slots=True)
class Theme:
    """Colour name -> weight -> value in CSS, and how round corners are."""

    colors: dict[str, dict[str, str]]
    border_radius: str


class BounceadminSite(UnfoldAdminSite):
    """Unfold's site; its index is the dashboard."""

    def theme(self) -> Theme:
        return Theme(self._get_colors("COLORS"), self._get_config("BORDER_RADIUS"))

    def each_context(self, request: HttpRequest) -> dict[str, object]:
        context = super().each_context(request)
        context["styles"] = [theme.address(), *context["styles"]]
        return context | {"colors": None, "can_reset_password": asking.is_possible()}
