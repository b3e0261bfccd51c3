"""The reader's language and time zone, from the session: no query a request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from bounceadmin.models import Preferences

_KEY = "preferences"


class PreferencesMiddleware:
    """Who chose a language or a time zone gets it; others get their browser's and the site's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.session.get(_KEY, {})
        language = chosen.get("language") or translation.get_language_from_request(request)
        zone = zoneinfo.ZoneInfo(chosen.get("time_zone") or settings.TIME_ZONE)
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            # Pages are rendered late: in the reader's language too.
            if getattr(response, "is_rendered", True) is False:
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        return response


def remember(request: HttpRequest, preferences: Preferences) -> None:
    """Let this session follow `preferences` from the next request on."""
    request.session[_KEY] = {
        "language": preferences.language,
        "time_zone": preferences.time_zone,
    }


def _remember_at_login(sender: object, request: HttpRequest, user: User, **_kwargs) -> None:
    preferences = Preferences.objects.filter(user=user).first()
    if preferences is not None:
        remember(request, preferences)


user_logged_in.connect(_remember_at_login, dispatch_uid="bounceadmin.preferences")
