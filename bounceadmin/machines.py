"""A short way to what only machines call: they need no session, language, messages or styles.

Mail services report thousands of times a second; what pages need around them would take as long as
all the rest. What guards every request still does: the checks of the host, of HTTPS, and the
request's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

_PREFIX = "/hooks/"


class Application(WSGIHandler):
    """Django's application, but that nobody is told where a webhook's request begins and ends.

    Those who listen put away what pages leave behind: here that is the connection to the database.
    """

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        # Sentry comes in by Django's own way, and must see both ends.
        if settings.SENTRY_DSN or not _token_in(environ["PATH_INFO"]):
            return super().__call__(environ, start_response)
        request = self.request_class(environ)
        try:
            response = self.get_response(request)
        finally:
            request.close()
            close_old_connections()
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items()])
        return [response.content]


class MachinesMiddleware:
    """Calls the view of `urls.py` at once, past all middleware behind this one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._view = resolve(f"{_PREFIX}token/").func

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _token_in(request.path_info)
        if not token:
            return self._get_response(request)
        request.get_host()  # DisallowedHost, which is answered with 400.
        response = self._view(request, token)
        response["Content-Length"] = str(len(response.content))
        return response


def _token_in(path: str) -> str:
    """Of `/hooks/TOKEN/`; empty for all else, which goes the long way, to be told what is wrong."""
    token = path[len(_PREFIX) : -1]
    return token if path.startswith(_PREFIX) and path.endswith("/") and "/" not in token else ""
