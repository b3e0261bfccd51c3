"""Django's pages for a forgotten password, in the look of the login page.

They differ in that who asks is taken down and mailed by a worker, that addresses in mails are made
of `SITE_URL`, and that they say so where they cannot help.
"""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import forms as django_forms
from django.contrib.auth import views
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget

from bounceadmin.logins import locking
from bounceadmin.logins.forgotten import asking, changing

_FOLDER = "bounceadmin/logins/forgotten"


class AskingForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of your account"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email", "autofocus": True}),
    )


class PasswordForm(django_forms.SetPasswordForm):
    """Django's, but that what is wrong with a password stands at that password."""

    new_password1 = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password", "autofocus": True}),
        help_text=password_validators_help_text_html,
    )
    new_password2 = forms.CharField(
        label=gettext_lazy("The same once more"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        self.validate_passwords("new_password1", "new_password2")
        self.validate_password_for_user(self.user, "new_password1")
        return self.cleaned_data


@method_decorator(never_cache, name="dispatch")
class _Page:
    """Before one of Django's views: in the site's frame, and only where mail can be sent."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if asking.is_possible():
            return super().dispatch(request, *args, **kwargs)
        context = {**admin.site.each_context(request), "title": _FORGOTTEN}
        return TemplateResponse(request, f"{_FOLDER}/not_here.html", context)

    def get_context_data(self, **context: object) -> dict[str, object]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**context)}


_FORGOTTEN = gettext_lazy("Forgotten your password?")


class Asking(_Page, views.PasswordResetView):
    form_class = AskingForm
    template_name = f"{_FOLDER}/ask.html"
    title = _FORGOTTEN
    success_url = reverse_lazy("password-asked")

    def form_valid(self, form: AskingForm) -> HttpResponse:
        try:
            asking.ask(form.cleaned_data["email"], asking.visitor(self.request), timezone.now())
        except asking.TooOftenError:
            return _asked_too_often(self.request)
        return HttpResponseRedirect(self.get_success_url())


class Asked(_Page, views.PasswordResetDoneView):
    template_name = f"{_FOLDER}/asked.html"
    title = gettext_lazy("Check your mail")
    extra_context = {"minutes": settings.PASSWORD_RESET_TIMEOUT // 60}


class Setting(_Page, views.PasswordResetConfirmView):
    form_class = PasswordForm
    template_name = f"{_FOLDER}/set.html"
    title = gettext_lazy("Set a new password")
    success_url = reverse_lazy("password-changed")

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None

    def get_context_data(self, **context: object) -> dict[str, object]:
        context = super().get_context_data(**context)
        return (
            context if self.validlink else context | {"title": gettext("This link does not hold")}
        )

    @transaction.atomic
    def form_valid(self, form: PasswordForm) -> HttpResponse:
        answer = super().form_valid(form)
        changing.changed_by_link(self.user, asking.visitor(self.request), timezone.now())
        return answer


class Changed(_Page, views.PasswordResetCompleteView):
    template_name = f"{_FOLDER}/changed.html"
    title = gettext_lazy("Your password is changed")


def _asked_too_often(request: HttpRequest) -> HttpResponse:
    minutes = locking.minutes_locked()
    why = ngettext(
        "A new password was asked for too often from here. Try again in %(n)d minute, or ask an "
        "administrator.",
        "A new password was asked for too often from here. Try again in %(n)d minutes, or ask an "
        "administrator.",
        minutes,
    ) % {"n": minutes}
    return locking.refusal(request, gettext("Too often"), why)
