"""No page needs what the content security policy refuses, and what is smuggled in does not run."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.factories import make_event, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _pages(user: User) -> list[str]:
    """Every list and every form to add something that the admin shows to `user`."""
    request = RequestFactory().get("/")
    request.user = user
    found = []
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if model_admin.has_view_permission(request):
            found.append(reverse(f"{name}_changelist"))
        if model_admin.has_add_permission(request):
            found.append(reverse(f"{name}_add"))
    return found


@pytest.mark.slow
def test_no_page_of_the_admin_breaks_the_policy(page: Page, log_in):
    """The fixture fails where the browser complains; a phone's widths are looked at elsewhere."""
    make_event()
    alice = make_user("Admin", "alice")
    log_in("alice")
    for url in _pages(alice):
        page.goto(url)
        page.wait_for_function("window.Alpine && window.htmx")


def test_a_script_that_gets_into_a_page_does_not_run(chromium: Browser, live_server):
    page = chromium.new_page(base_url=live_server.url)
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if m.type == "error" else None)
    page.goto("/admin/login/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.smuggled = true";
            document.body.append(script);
            document.body.insertAdjacentHTML(
                "beforeend", "<img src=/nothing onerror='window.smuggled = true'>");
            const foreign = document.createElement("script");
            foreign.src = "https://elsewhere.example/x.js";
            document.body.append(foreign);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.smuggled") is None
    assert sum("Content Security Policy" in text for text in refused) == 3
    page.close()
