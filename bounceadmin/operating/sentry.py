"""Error reports to Sentry (or what speaks its protocol), where `SENTRY_DSN` is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sentry_sdk

from bounceadmin.operating.logs import mask, without_secrets


def start(dsn: str, *, environment: str, personal_data: bool, **options: Any) -> None:
    """Report unhandled errors and logged ones, of web and workers.

    Local variables, bodies, cookies and accounts are never sent. Without `personal_data` no query
    is sent either, and addresses in all that remains are masked. Secrets in paths always are.
    """
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_guarded if personal_data else _masked,
        before_breadcrumb=_guarded if personal_data else _masked,
        **options,
    )


def _guarded(event: Any, _hint: Any) -> Any:
    return _walk(event, without_secrets)


def _masked(event: Any, _hint: Any) -> Any:
    if isinstance(event.get("request"), dict):
        event["request"].pop("query_string", None)
    return _walk(event, lambda text: mask(without_secrets(text)))


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _walk(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(inner, change) for inner in value]
    return value
