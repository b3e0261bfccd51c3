"""No page before the second factor is given, where the account has one or must have one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bounceadmin.logins import second_factor

# In the session from the password to the code: every other session costs no query.
_ASKED = "second_factor_asked"


class SecondFactorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = _wanted_page(request)
        if page is None or _may_go_on(request, page):
            return self.get_response(request)
        is_page = "text/html" in request.headers.get("Accept", "text/html")
        if request.method != "GET" or not is_page:
            return HttpResponseForbidden(_("Give the code of your second factor first."))
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse(page)}?{back}")


def given(request: HttpRequest) -> None:
    """The code was given: this session may go on."""
    request.session.pop(_ASKED, None)


def _wanted_page(request: HttpRequest) -> str | None:
    """The name of the page that this session must see first."""
    if _ASKED in request.session:
        return "second-factor-verify"
    if not settings.SECOND_FACTOR_FOR or not request.user.is_authenticated:
        return None
    must = not request.user.is_verified() and second_factor.is_required(request.user)
    return "second-factor" if must else None


def _may_go_on(request: HttpRequest, page: str) -> bool:
    return request.path in (reverse(page), reverse("admin:logout")) or request.path.startswith(
        (settings.STATIC_URL, reverse("theme"))
    )


def _ask_at_login(sender: object, request: HttpRequest, user: User, **_kwargs) -> None:
    if second_factor.has_one(user):
        request.session[_ASKED] = True


user_logged_in.connect(_ask_at_login, dispatch_uid="bounceadmin.second_factor")
