"""The page where each person sets language, time zone and what to be told of."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTimeWidget,
    UnfoldBooleanSwitchWidget,
)

from bounceadmin.alerts.delivering import send_test
from bounceadmin.alerts.watching import preferences_of
from bounceadmin.mailing import can_send
from bounceadmin.middleware import remember
from bounceadmin.models import Preferences
from lists.admin.pages import page_answer


def _zones() -> list[tuple[str, str]]:
    site = _("As the site: %(zone)s") % {"zone": settings.TIME_ZONE}
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    return [("", site), *((name, name.replace("_", " ")) for name in names)]


def _languages() -> list[tuple[str, object]]:
    return [("", _("As the browser asks")), *settings.LANGUAGES]


class PreferencesForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"), choices=_languages, required=False, widget=UnfoldAdminSelectWidget
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("For the times you see. Days of counts are days in UTC."),
    )

    class Meta:
        model = Preferences
        fields = [
            "language",
            "time_zone",
            "tell_bands",
            "tell_system",
            "quiet_from",
            "quiet_until",
        ]
        widgets = {
            "tell_bands": UnfoldBooleanSwitchWidget,
            "tell_system": UnfoldBooleanSwitchWidget,
            "quiet_from": UnfoldAdminTimeWidget(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": UnfoldAdminTimeWidget(attrs={"type": "time"}, format="%H:%M"),
        }

    @property
    def seeing(self) -> list[forms.BoundField]:
        """What concerns the pages."""
        return [self[name] for name in ("language", "time_zone")]

    @property
    def telling(self) -> list[forms.BoundField]:
        """What concerns alerts."""
        return [self[name] for name in ("tell_bands", "tell_system", "quiet_from", "quiet_until")]


def preferences(request: HttpRequest) -> HttpResponse:
    """Show and save the reader's own preferences, or send a test e-mail."""
    here = HttpResponseRedirect(reverse("preferences"))
    if request.method == "POST" and "test" in request.POST:
        problem = send_test(request.user)
        level = messages.ERROR if problem else messages.SUCCESS
        sent = _("Sent to %(address)s.") % {"address": request.user.email}
        messages.add_message(request, level, problem or sent)
        return here
    form = PreferencesForm(request.POST or None, instance=preferences_of(request.user))
    if request.method == "POST" and form.is_valid():
        remember(request, form.save())
        messages.success(request, _("Saved."))
        return here
    context = {
        "title": _("My settings"),
        "form": form,
        "can_send": can_send(),
    }
    return page_answer(admin.site, request, "bounceadmin/preferences.html", context)
