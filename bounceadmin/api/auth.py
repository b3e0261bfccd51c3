"""Who asks, and whether their token reaches that far and may ask so often."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import Throttled
from ninja.security import HttpBearer

from bounceadmin.api import limits, tokens
from bounceadmin.api.models import ApiToken
from bounceadmin.api.problems import ProblemError


class Token(HttpBearer):
    """A bearer token that has `scope`; the request then carries it as `request.auth`."""

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        if scope and scope not in tokens.SCOPES:
            raise ValueError(f"There is no scope {scope}.")
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        known = tokens.recognise(token)
        if known is None:
            return None
        limit = known.requests_per_minute or settings.API_REQUESTS_PER_MINUTE
        request.api_usage = limits.use(known.pk, limit)
        if request.api_usage.remaining < 0:
            raise Throttled(wait=request.api_usage.reset)
        if self.scope and self.scope not in known.scopes:
            detail = _("This token lacks the scope %(scope)s.") % {"scope": self.scope}
            raise ProblemError(403, "scope", detail)
        return known
