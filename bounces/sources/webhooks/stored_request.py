"""A webhook's request as it is kept: the headers that are needed, a blank line, the body.

That is `message/http` (RFC 9112), with line ends of CRLF, so that an admin can read it as text.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.http.request import HttpHeaders

_CHARSET = "latin-1"  # What WSGI decodes headers with; it gives back every octet.


def write(request: HttpRequest, title: str, headers: Iterable[str]) -> bytes:
    """`request` as text. Its path and credentials are left out: they are secrets."""
    lines = [f"POST {title} HTTP/1.1"]
    for name in ("Content-Type", *headers):
        # `request.headers` would make names of all that came with it.
        if value := request.META.get(HttpHeaders.to_wsgi_name(name), ""):
            lines.append(f"{name}: {' '.join(value.split())}")
    return "\r\n".join(lines).encode(_CHARSET, "replace") + b"\r\n\r\n" + request.body


def body_of(raw: bytes) -> bytes:
    """The body of what `write` made."""
    return raw.partition(b"\r\n\r\n")[2]


class StoredRequest(HttpRequest):
    """What `write` made, as the request that it was; `body` replaces the stored one."""

    def __init__(self, raw: bytes, body: bytes | None = None) -> None:
        super().__init__()
        head, _, stored = raw.partition(b"\r\n\r\n")
        self.method = "POST"
        for line in head.decode(_CHARSET).split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            key = name.upper().replace("-", "_")
            self.META[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        self._set_content_type_params(self.META)
        self._read_started = False
        self._body = stored if body is None else body
        self._load_post_and_files()
        self.POST = self._post
