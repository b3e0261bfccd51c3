"""Running diagnostics in a real browser, with a real worker over a DNS of memory."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from diagnostics import running
from diagnostics.models import DiagnosticRun
from tests.diagnostics.zones import BROKEN, tools
from tests.factories import make_campaign, make_list, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sick_list():
    row = make_list(name="Weekly", header_from="n@example.com", sending_ips="192.0.2.25")
    make_campaign(mailing_list=row)
    return row


def work(run: DiagnosticRun) -> None:
    """As a worker does: in a thread and a connection of its own."""

    def in_thread() -> None:
        try:
            running.work(run.pk, with_tools=tools(BROKEN))
        finally:
            connections.close_all()

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join(30)


def test_an_operator_runs_diagnostics_and_copies_what_to_publish(page: Page, log_in, sick_list):
    make_user("Operator", "olga")
    log_in("olga")
    page.goto(f"/admin/lists/mailinglist/{sick_list.pk}/change/")
    page.get_by_role("button", name="Run diagnostics").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()

    work(DiagnosticRun.objects.get())

    # The page notices by itself.
    expect(page.get_by_text("To mend").first).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Waiting for a worker")).to_have_count(0)
    records = page.get_by_label("Records to publish")
    expect(records.filter(has_text="v=spf1 ip4:192.0.2.25")).to_be_visible()
    expect(page.locator(".ba-tree")).to_contain_text("include:gone.example.net")
    page.get_by_text("In order").click()
    expect(page.locator("details.ba-group[open]")).to_have_count(1)


def test_another_question_is_asked_by_keyboard(page: Page, log_in, sick_list):
    make_user("Operator", "olga")
    log_in("olga")
    page.goto(f"/admin/diagnostics/diagnosticrun/start/?about=list:{sick_list.pk}")
    page.get_by_role("radio", name="Check everything").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Bounces do not arrive: Weekly")).to_be_visible()
    assert DiagnosticRun.objects.get().plan_name == "no-bounces"


def test_a_marketer_reads_it_without_the_button(page: Page, log_in, sick_list):
    make_user("Marketer", "mary")
    log_in("mary")
    page.goto(f"/admin/lists/mailinglist/{sick_list.pk}/change/")
    expect(page.get_by_text("Nobody has run diagnostics here yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Run diagnostics")).to_have_count(0)
