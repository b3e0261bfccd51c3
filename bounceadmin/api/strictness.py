"""A filter that is misspelled is an error: ignored, it would answer with everything."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bounceadmin.api.problems import ProblemError

# What views take that does not come from the query.
_NOT_OF_THE_QUERY = {"request", "response", "body", "idempotency_key"}


def known_query_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let `view` answer only where it takes every parameter of the query."""
    takes = inspect.signature(view).parameters.keys() - _NOT_OF_THE_QUERY

    @wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        known = takes - request.resolver_match.kwargs.keys()
        unknown = sorted(request.GET.keys() - known)
        if unknown:
            errors = [(f"query.{name}", _("There is no such parameter.")) for name in unknown]
            listed = ", ".join(sorted(known)) or _("none")
            detail = _("The parameters of this call are: %(names)s.") % {"names": listed}
            raise ProblemError(422, "invalid", detail, errors)
        return view(request, **values)

    return checked
