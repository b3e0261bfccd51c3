"""The pages of the sender's side: tokens, webhooks, reports of sends, and the API's own page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from lists import sending_job
from lists.models import BandChange, SendImport, SendReport
from lists.outgoing.models import Delivery, Endpoint
from lists.outgoing.outbox import write
from tests.bounceadmin.api.conftest import make_token
from tests.browser.test_looks import CONTRAST
from tests.factories import make_campaign, make_list, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages() -> list[str]:
    """Each of them, with a webhook that fails and rows that were refused."""
    make_token(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    failing = Endpoint.objects.create(
        name="CRM", url="https://crm.example/", kinds=["suppressed"], failures=2
    )
    (delivery,) = write("suppressed", [[{"address": "ann@example.net"}]], [failing])
    Delivery.objects.update(
        state="parked", attempts=1, status=500, answer="no", tries=[{"at": "x", "status": 500}]
    )
    BandChange.objects.create(
        mailing_list=make_list(), before="healthy", after="critical", sent=1000, bounced=160
    )
    outcome = {"sent": 1, "delivered": 0, "rows": 2, "refused": 1, "refusals": [[2, "no", "x"]]}
    report = SendReport.objects.create(source="csv", actor="olga", outcome=outcome)
    file = SendImport(file_name="sends.csv", created_by="olga", campaign=make_campaign())
    sending_job.hand_in(file, [b"day,sent\n2026-11-20,5\nyesterday,1\n"], 1000)
    sending_job.run(file.pk)
    return [
        reverse("admin:api_apitoken_changelist"),
        reverse("admin:api_apitoken_add"),
        reverse("admin:outgoing_endpoint_changelist"),
        reverse("admin:outgoing_endpoint_change", args=[failing.pk]),
        reverse("admin:outgoing_endpoint_secret", args=[failing.pk]),
        reverse("admin:outgoing_delivery_changelist"),
        reverse("admin:outgoing_delivery_change", args=[delivery.pk]),
        reverse("admin:lists_sendreport_changelist"),
        reverse("admin:lists_sendreport_change", args=[report.pk]),
        reverse("admin:lists_sendimport_new"),
        reverse("admin:lists_sendimport_change", args=[file.pk]),
        reverse("admin:lists_bandchange_changelist"),
    ]


def test_all_text_has_enough_contrast(page, log_in, pages):
    log_in(make_user("Admin").username)
    faint = {}
    for url in pages:
        page.goto(url)
        if found := page.evaluate(CONTRAST):
            faint[url] = found
    assert faint == {}


def test_a_token_is_made_shown_once_and_tried_on_the_page_of_the_api(page, log_in):
    log_in(make_user("Admin").username)
    page.goto("/admin/api/apitoken/add/")
    page.get_by_label("Name", exact=False).first.fill("Shop")
    page.get_by_label("See lists and campaigns").check()
    page.get_by_role("button", name="Save", exact=True).click()
    secret = page.get_by_label("The token").inner_text().strip()
    assert secret.startswith("ba_")

    page.get_by_role("link", name="How to use the API").click()
    page.get_by_role("button", name="Authorize").first.click()
    page.locator("#auth-bearer-value").fill(secret)
    page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").last.click()
    page.get_by_text("/api/v1/token").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text('"Shop"').wait_for()
