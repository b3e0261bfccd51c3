"""The API: its resources put together, and their description as OpenAPI."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Schema
from ninja.openapi.docs import Swagger

from bounceadmin.api import (
    campaigns,
    events,
    health,
    lists,
    problems,
    sending,
    sends,
    subscribers,
    suppressions,
)
from bounceadmin.api.auth import Token
from bounceadmin.api.strictness import known_query_only

_DESCRIPTION = """
What a sending application needs: return paths, who may be mailed, reports of sends, and what came
back. Every request carries a token (`Authorization: Bearer ba_…`), which an administrator makes
under *Settings → API tokens*, with the scopes it needs. Errors are `application/problem+json`
(RFC 9457). Lists of rows come in pages: ask again with `cursor` until `next` is null.
"""
# What any call may be answered with, besides what it says itself.
_PROBLEMS = {
    400: "The body is no JSON",
    401: "No token, or none that works",
    403: "The token lacks the scope",
    404: "There is no such thing",
    409: "It does not fit what is there",
    413: "The body is too large",
    422: "Some values are not valid",
    429: "Too many requests: wait as long as Retry-After says",
}


class Api(NinjaAPI):
    """NinjaAPI whose description says what errors look like, too."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(**kwargs)
        document = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components = schema["components"]["schemas"]
        components.update(document.pop("$defs"))
        components["Problem"] = document
        content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                for status, description in _PROBLEMS.items():
                    answer = {"description": description, "content": content}
                    operation["responses"][status] = answer
        return schema


class Me(Schema):
    """The token that asks."""

    name: str
    scopes: list[str]


api = Api(
    title="bounceadmin",
    version="1.0.0",
    description=_DESCRIPTION,
    urls_namespace="api",
    # Without it the page asks another host whether the description is valid.
    docs=Swagger(
        {"validatorUrl": None, "persistAuthorization": False, "defaultModelsExpandDepth": -1}
    ),
)
problems.install(api)
api.add_decorator(known_query_only)


@api.get("/token", auth=Token(), response=Me, summary="The token that asks", tags=["Token"])
def token(request: HttpRequest):
    return request.auth


api.add_router("/lists", lists.router)
api.add_router("/campaigns", campaigns.router)
api.add_router("", subscribers.router)
api.add_router("", sending.router)
api.add_router("", sends.router)
api.add_router("/events", events.router)
api.add_router("/suppressions", suppressions.router)
api.add_router("", health.router)
