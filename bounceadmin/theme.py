"""The site's colours as a stylesheet of their own.

Unfold writes them into every page as a `<style>`, which our content security policy refuses.
"""

from __future__ import annotations

import hashlib
from functools import cache

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control


def address() -> str:
    """Where the stylesheet is; another address for other colours, so that it is kept for long."""
    return f"{reverse('theme')}?{hashlib.sha256(_css().encode()).hexdigest()[:12]}"


@cache_control(max_age=31_536_000, public=True, immutable=True)
def stylesheet(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_css(), content_type="text/css")


@cache
def _css() -> str:
    theme = admin.site.theme()
    lines = [f"--border-radius: {theme.border_radius};"] if theme.border_radius else []
    lines += [
        f"--color-{name}-{weight}: {value};"
        for name, weights in theme.colors.items()
        for weight, value in weights.items()
    ]
    return ":root {\n  " + "\n  ".join(lines) + "\n}\n"
