"""Error reports to Sentry (or what speaks its protocol), where `SENTRY_DSN` is set."""

from __future__ import annotations

from typing import Any

import sentry_sdk

from bounceadmin.operating.logs import mask


def start(dsn: str, *, environment: str, personal_data: bool, **options: Any) -> None:
    """Report unhandled errors and logged ones, of web and workers.

    Local variables, bodies, cookies and accounts are never sent. Without `personal_data` no query
    is sent either, and addresses in all that remains are masked.
    """
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=None if personal_data else _masked,
        before_breadcrumb=None if personal_data else _masked,
        **options,
    )


def _masked(event: Any, _hint: Any) -> Any:
    if isinstance(event.get("request"), dict):
        event["request"].pop("query_string", None)
    return _walk(event)


def _walk(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _walk(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(inner) for inner in value]
    return value
