"""A browser that looks at the live server, and complains of what no page should do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories import PASSWORD
from tests.services import need_chromium

# Debian's Chromium, kept from talking to anybody but the pages.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = need_chromium()
    # Playwright runs an event loop in this thread, which makes Django think that it must not
    # touch the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of; a test takes out what it provoked."""
    return []


@pytest.fixture(params=["wide", "phone"])
def page(request, chromium: Browser, live_server, complaints: list[str]) -> Iterator[Page]:
    """A fresh page, on a desktop and on a phone; afterwards it must have behaved."""
    wide = request.param == "wide"
    context = chromium.new_context(
        base_url=live_server.url,
        viewport={"width": 1280, "height": 800} if wide else {"width": 390, "height": 844},
        color_scheme="light" if wide else "dark",
    )
    page = context.new_page()
    foreign: list[str] = []
    own = (live_server.url, "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(own) else foreign.append(r.url))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    assert foreign == []
    assert complaints == []
    assert overflow <= 0, "the page is wider than its window"


@pytest.fixture
def log_in(page: Page) -> Callable[[str], None]:
    def log_in(username: str) -> None:
        page.goto("/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()

    return log_in
