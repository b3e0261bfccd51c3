"""The pages of the second factor: setting it up, giving it at login, turning it off."""

from __future__ import annotations

import base64

import django_otp
import qrcode
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from qrcode.image.svg import SvgPathImage
from unfold.widgets import UnfoldAdminTextInputWidget

from bounceadmin.logins import middleware, second_factor
from bounces.sources.sealing import UnsealableError, seal, unseal
from lists.admin.pages import page_answer

# The secret between showing it and the first code that proves it was taken over.
_SECRET = "second_factor_secret"


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "autofocus": True}
        ),
    )


@never_cache
@sensitive_post_parameters("code")
@login_required
def verify(request: HttpRequest) -> HttpResponse:
    """After the password: the code of the app, or a recovery code."""
    if not second_factor.has_one(request.user):  # An administrator turned it off meanwhile.
        middleware.given(request)
        return HttpResponseRedirect(_next(request))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device = second_factor.check(request.user, form.cleaned_data["code"])
        except second_factor.RefusedError as error:
            form.add_error("code", str(error))
        else:
            _let_in(request, device)
            _warn_of_few_codes(request)
            return HttpResponseRedirect(_next(request))
    return _page(request, "verify", _("One more step"), form=form, next=_next(request))


@never_cache
@sensitive_post_parameters("code")
def manage(request: HttpRequest) -> HttpResponse:
    """Set it up; or, where it is, make new recovery codes or turn it off."""
    standing = second_factor.standing(request.user)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        act = _turn_on if standing.app is None else _change
        try:
            return act(request, form.cleaned_data["code"])
        except second_factor.RefusedError as error:
            form.add_error("code", str(error))
    context = {"form": form, "standing": standing, "next": _next(request)}
    if standing.app is None:
        secret = _offered_secret(request)
        address = second_factor.app_address(
            request.user, secret, f"{settings.UNFOLD['SITE_TITLE']} {request.get_host()}"
        )
        context |= {"secret": second_factor.typed_secret(secret), "picture": _qr(address)}
    return _page(request, "second_factor", _("Second factor"), **context)


def _offered_secret(request: HttpRequest) -> str:
    """The same one until it is taken over. Sessions lie in the database: it is sealed there."""
    try:
        secret = unseal(request.session.get(_SECRET, ""))
    except UnsealableError:
        secret = ""
    if not secret:
        secret = second_factor.new_secret()
        request.session[_SECRET] = seal(secret)
    return secret


def _turn_on(request: HttpRequest, code: str) -> HttpResponse:
    device, codes = second_factor.turn_on(request.user, _offered_secret(request), code)
    request.session.pop(_SECRET, None)
    _let_in(request, device)
    return _show_codes(request, codes, _("The second factor is on"))


def _change(request: HttpRequest, code: str) -> HttpResponse:
    second_factor.check(request.user, code)
    if "off" not in request.POST:
        return _show_codes(request, second_factor.new_codes(request.user), _("New recovery codes"))
    if second_factor.is_required(request.user):
        raise second_factor.RefusedError(_("Your role needs a second factor."))
    second_factor.turn_off(request.user, by=f"account {request.user.pk}")
    messages.success(request, _("The second factor is off."))
    return HttpResponseRedirect(reverse("second-factor"))


def _show_codes(request: HttpRequest, codes: list[str], title: str) -> HttpResponse:
    return _page(request, "recovery_codes", title, codes=codes, next=_next(request))


def _let_in(request: HttpRequest, device: object) -> None:
    django_otp.login(request, device)
    middleware.given(request)
    # Another session id, as after the password: the former one was worth less.
    request.session.cycle_key()


def _warn_of_few_codes(request: HttpRequest) -> None:
    left = second_factor.standing(request.user).codes_left
    if left <= 2:
        said = _("You have %(n)d recovery codes left. Make new ones under Second factor.")
        messages.warning(request, said % {"n": left})


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("admin:index")


def _page(request: HttpRequest, template: str, title: str, **context: object) -> HttpResponse:
    context = {"title": title, **context}
    return page_answer(admin.site, request, f"bounceadmin/logins/{template}.html", context)


def _qr(text: str) -> str:
    """A picture of `text`, as the address of an image."""
    svg = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string()
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
