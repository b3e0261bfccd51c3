"""The pages for what could not be answered: what went wrong, and what to do about it.

They need neither the database nor the session, which may be what is wrong.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from bounceadmin.operating import ids

_DATABASE_TROUBLE = (OperationalError, InterfaceError)
# Seconds after which a browser or a program may try again.
RETRY_AFTER = 30


@dataclass(frozen=True, slots=True)
class _Words:
    """What a page says: the matter as a title, then what to do."""

    title: str
    advice: str


_WORDS = {
    400: _Words(
        _("This request cannot be read"),
        _(
            "If the page was reached by a new host name, an administrator must add that name to "
            "ALLOWED_HOSTS. Otherwise go back, reload the page and try again."
        ),
    ),
    403: _Words(
        _("Your account may not do this"),
        _("What each account may do follows from its roles. Ask an administrator for another one."),
    ),
    404: _Words(
        _("There is nothing at this address"),
        _(
            "It may have been deleted: old messages and events go after the time that is set. "
            "Else the link has a mistake."
        ),
    ),
    500: _Words(
        _("Something went wrong here"),
        _(
            "It is written down in the log. Try again; if it happens once more, tell an "
            "administrator."
        ),
    ),
    503: _Words(
        _("The database does not answer"),
        _(
            "Nothing that was saved is lost, and bounces that arrive now are sent again by their "
            "senders. Try again in a minute."
        ),
    ),
}
_EXPIRED = _Words(
    _("This form is too old to be sent"),
    _(
        "You have logged in or out since it was opened, or your browser takes no cookies from "
        "here. Go back, reload the page and send it again."
    ),
)


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(400, _WORDS[400])


def permission_denied(_request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(403, _WORDS[403])


def not_found(_request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(404, _WORDS[404])


def server_error(_request: HttpRequest) -> HttpResponse:
    """500, or 503 where it is the database that does not answer."""
    if not isinstance(sys.exc_info()[1], _DATABASE_TROUBLE):
        return _page(500, _WORDS[500])
    response = _page(503, _WORDS[503])
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def csrf_failure(_request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(403, _EXPIRED)


def _page(status: int, words: _Words) -> HttpResponse:
    number = ids.current().get("request_id", "") if status >= 500 else ""
    context = {"words": words, "status": status, "number": number}
    return HttpResponse(render_to_string("bounceadmin/error.html", context), status=status)
