"""An application with a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from bounceadmin.api.models import ApiToken
from bounceadmin.api.tokens import SCOPES, new_secret


def make_token(name: str = "shop", scopes=tuple(SCOPES), **fields) -> tuple[ApiToken, str]:
    """A token and its secret."""
    token = ApiToken(name=name, scopes=list(scopes), **fields)
    secret = new_secret(token)
    token.save()
    return token, secret


@dataclass
class Application:
    """Talks to the API as a sending application does."""

    client: Client
    secret: str

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self._send("patch", path, body, {})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        return getattr(self.client, method)(
            f"/api/v1{path}", body, "application/json", headers=self._headers() | headers
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


@pytest.fixture(autouse=True)
def _no_requests_yet():
    cache.clear()


@pytest.fixture
def with_scopes(client: Client, db) -> Callable[..., Application]:
    """An application whose token has these scopes."""

    def make(*scopes: str, **fields) -> Application:
        return Application(client, make_token(scopes=scopes, **fields)[1])

    return make


@pytest.fixture
def app(with_scopes) -> Application:
    """An application that may do everything."""
    return with_scopes(*SCOPES)


@pytest.fixture
def stranger(client: Client, db) -> Application:
    """One without a token."""
    return Application(client, "")
