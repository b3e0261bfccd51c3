"""Every error of the API as application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled
from ninja.errors import ValidationError as InvalidRequest

from bounceadmin.errors import RETRY_AFTER

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/"
_OF_A_BODY = {"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition"}
_URN = "urn:bounceadmin:problem:"


class FieldError(Schema):
    """What is wrong with one value."""

    where: str
    message: str


class Problem(Schema):
    """An error. `type` names its kind for programs; `detail` says it to people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, status: int, kind: str, detail: str, errors=()) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.errors = status, kind, detail, errors


def response(
    status: int,
    detail: str = "",
    kind: str = "",
    errors=(),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document; `kind` defaults to the name of the status."""
    title = HTTPStatus(status).phrase
    body = {
        "type": _URN + (kind or title.lower().replace(" ", "-")),
        "title": title,
        "status": status,
        "detail": detail or f"{title}.",
        "errors": [{"where": where, "message": message} for where, message in errors],
    }
    return HttpResponse(
        json.dumps(body), status=status, content_type=CONTENT_TYPE, headers=dict(headers or {})
    )


def install(api: NinjaAPI) -> None:
    """Let the API answer all that goes wrong in a view with a problem."""
    for exception, handler in _HANDLERS.items():
        api.add_exception_handler(exception, handler)


class ProblemMiddleware:
    """Below `/api/`, turns errors that no view of the API made (404, 405, 413, 500) into problems.

    It says how much of the token's limit is left, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._get_response(request)
        if not request.path_info.startswith(PREFIX):
            return answer
        if answer.status_code >= 400 and answer.get("Content-Type") != CONTENT_TYPE:
            problem = response(answer.status_code, _of_status(answer.status_code))
            for name in answer.headers.keys() - _OF_A_BODY:
                problem[name] = answer[name]
            answer = problem
        usage = getattr(request, "api_usage", None)
        if usage is not None:
            answer["RateLimit-Limit"] = str(usage.limit)
            answer["RateLimit-Remaining"] = str(max(usage.remaining, 0))
            answer["RateLimit-Reset"] = str(usage.reset)
        return answer


def _of_status(status: int) -> str:
    sentences = {
        404: _("There is nothing at this address. The API is described at /api/v1/docs."),
        405: _("This address does not take this method; the Allow header names those it takes."),
        413: _("The request is too large: split it into several."),
        500: _("Something went wrong on our side. It is logged; try again later."),
        503: _("The database does not answer. Try again in a minute."),
    }
    return sentences.get(status, "")


def _invalid_request(request: HttpRequest, error: InvalidRequest) -> HttpResponse:
    errors = [
        (_where(*found["loc"]), str(found["msg"]).removeprefix("Value error, "))
        for found in error.errors
    ]
    return response(422, _("Some values are not valid: see errors."), "invalid", errors)


def _where(source: str, *names: str | int) -> str:
    """`body.addresses.3` or `query.limit`; what the view calls its body says nothing."""
    return ".".join(map(str, (source, *(names[1:] if source == "body" else names))))


def _invalid_row(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What a model's own validation says."""
    if not hasattr(error, "error_dict"):
        return response(422, " ".join(error.messages), "invalid")
    errors = [
        (name if name != NON_FIELD_ERRORS else "", " ".join(fault.messages))
        for name, faults in error.error_dict.items()
        for fault in faults
    ]
    codes = {fault.code for faults in error.error_dict.values() for fault in faults}
    if codes <= {"unique", "unique_together"}:
        return response(409, _("There is one like this already."), "exists", errors)
    return response(422, _("Some values are not valid: see errors."), "invalid", errors)


def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = _(
        "Send a token: Authorization: Bearer ba_… It must be neither revoked nor expired; an "
        "administrator makes tokens under Settings, API tokens."
    )
    return response(401, detail, "token", headers={"WWW-Authenticate": "Bearer"})


def _too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    wait = str(error.wait)
    detail = _("Too many requests with this token: wait %(seconds)s seconds.") % {"seconds": wait}
    return response(429, detail, headers={"Retry-After": wait})


def _exists(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    # Another request made the same row in between.
    log.warning("%s %s: %s", request.method, request.path, error)
    return response(409, _("Another request changed the same at the same time: try again."))


def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return response(503, _of_status(503), headers={"Retry-After": str(RETRY_AFTER)})


def _crashed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return response(500, _of_status(500))


_HANDLERS = {
    Exception: _crashed,
    IntegrityError: _exists,
    OperationalError: _away,
    InterfaceError: _away,
    Http404: lambda request, error: response(404, _of_status(404)),
    ObjectDoesNotExist: lambda request, error: response(404, _("There is no such thing.")),
    RequestDataTooBig: lambda request, error: response(413, _of_status(413)),
    SuspiciousOperation: lambda request, error: response(400),
    HttpError: lambda request, error: response(error.status_code, str(error)),
    AuthenticationError: _no_token,
    Throttled: _too_many,
    InvalidRequest: _invalid_request,
    ValidationError: _invalid_row,
    ProblemError: lambda request, error: response(
        error.status, error.detail, error.kind, error.errors
    ),
}
