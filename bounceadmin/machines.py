"""A short way to what only machines call: they need no session, language, messages or styles.

Mail services report thousands of times a second; what pages need around them would take as long as
all the rest. The view is the one of `urls.py`, and what guards every request still does: the checks
of the host, of HTTPS, and the request's id.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

# What begins so and ends with a slash; all else goes the long way, to be told what is wrong.
_PREFIX = "/hooks/"


class MachinesMiddleware:
    """Calls the view at once, past all middleware behind this one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not (path.startswith(_PREFIX) and path.endswith("/")):
            return self._get_response(request)
        request.get_host()  # DisallowedHost, which is answered with 400.
        match = request.resolver_match = resolve(path)
        response = match.func(request, *match.args, **match.kwargs)
        if not response.streaming and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        return response
