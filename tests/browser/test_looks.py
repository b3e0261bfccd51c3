"""What everybody must be able to read, in light (wide) and dark (phone): contrast, and widths."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page

from bounces import dry_run, roads
from diagnostics import running
from diagnostics.models import Probe
from lists import policies
from lists.counting import Count, add
from lists.importing import running as importing
from lists.importing import storing
from lists.models import StreamPolicy, Suppression, SuppressionImport
from lists.suppressing import SuppressionWish, suppress
from tests.diagnostics.zones import BROKEN, tools
from tests.factories import (
    make_campaign,
    make_event,
    make_list,
    make_mailbox,
    make_message,
    make_run,
    make_subscriber,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTRAST = Path(__file__).with_name("contrast.js").read_text()
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Bounces per mille -> every band.
BANDS = (0, 30, 70, 200)


@pytest.fixture
def filled(settings):
    """Lists in every band, and one of each thing that has a page."""
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://bounces.example.com"
    today = datetime.now(UTC).date()
    for bounced in BANDS:
        campaign = make_campaign()
        counts = [Count(campaign.pk, today, "example.org", "sent", 1000)]
        if bounced:
            counts.append(Count(campaign.pk, today, "example.org", "hard", bounced, "userunknown"))
        add(counts)
    make_list(name="Unused")
    event = make_event(address="ann@example.net", campaign=campaign)
    make_subscriber("ann@example.net", campaign.mailing_list)
    suppress([SuppressionWish("ann@example.net", "complaint", "Spam.")], "policy")
    suppression = Suppression.objects.get()
    return {
        "dashboard": reverse("admin:index"),
        "list": reverse("admin:lists_mailinglist_change", args=[campaign.mailing_list_id]),
        "campaign": reverse("admin:lists_campaign_change", args=[campaign.pk]),
        "event": reverse("admin:bounces_bounceevent_change", args=[event.pk]),
        "message": reverse("admin:bounces_inboundmessage_change", args=[event.message_id]),
        "address": reverse("address") + "?address=ann@example.net",
        "unsuppress": reverse("admin:lists_suppression_unsuppress") + f"?ids={suppression.pk}",
        "suppress": reverse("admin:lists_suppression_suppress"),
        "events": reverse("admin:bounces_bounceevent_changelist"),
        "suppressions": reverse("admin:lists_suppression_changelist"),
        "how to send": reverse("admin:lists_campaign_how_to_send", args=[campaign.pk]),
        "list's policy": reverse("admin:lists_mailinglist_policy", args=[campaign.mailing_list_id]),
        "erase": reverse("erase_person") + "?address=ann@example.net",
        "upload": reverse("admin:lists_suppressionimport_new"),
        "account": reverse("admin:auth_user_change", args=[make_user("Marketer").pk]),
        "new account": reverse("admin:auth_user_add"),
        "role": reverse("admin:auth_group_change", args=[Group.objects.get(name="Operator").pk]),
        **_forgotten_password(),
        **_jobs(),
        **_diagnosed(campaign),
        **_roads(),
    }


def _roads() -> dict[str, str]:
    """A mailbox that is being fetched, one that fails, and a storm."""
    busy, failing = make_mailbox(name="Busy", tls="none"), make_mailbox(name="Failing")
    busy.runs.create(found=100, looked_at=40)
    failing.runs.create(outcome="failed", sentence="The server refused the login.")
    failing.known_messages.create(key="1:2", error="Reading it breaks the connection.")
    roads.failed("mailbox:1", "Failing", "The server refused the login.")
    make_message(state="held", held_sender="storm@example.net")
    return {
        "mailboxes": reverse("admin:bounces_mailbox_changelist"),
        "busy mailbox": reverse("admin:bounces_mailbox_change", args=[busy.pk]),
        "failing mailbox": reverse("admin:bounces_mailbox_change", args=[failing.pk]),
        "mailbox settings": reverse("admin:bounces_mailbox_settings", args=[busy.pk]),
        "loops": reverse("admin:bounces_senderhour_changelist"),
    }


def _forgotten_password() -> dict[str, str]:
    """The pages of one, where mail can be sent; their way is in test_logins.py."""
    pages = {name: reverse(f"password-{name}") for name in ("forgotten", "asked", "changed")}
    return pages | {"old link": reverse("password-new", args=["MQ", "d1q0s5-0f3bdc0e9a"])}


def _jobs() -> dict[str, str]:
    """An import that waits for a word, and a dry run that is done."""
    job = SuppressionImport(file_name="x.csv", created_by="alice")
    storing.store(job, [b"address,code,error,created_at\nbob@example.net,550,x,\n,550,x,\n"], 1000)
    importing.count(job)
    importing.run(job.pk)
    policy = StreamPolicy.objects.get(stream="marketing")
    policy.hard_suppress_at = 2
    trial = policies.propose(policy, "alice")
    dry_run.run(trial.pk)
    return {
        "policy": reverse("admin:lists_streampolicy_change", args=[policy.pk]),
        "import": reverse("admin:lists_suppressionimport_change", args=[job.pk]),
        "dry run": reverse("admin:lists_streampolicy_dry_run", args=[trial.pk]),
    }


def _diagnosed(campaign) -> dict[str, str]:
    """A diagnosis that waits, two that found much, a round trip, and what goes with them."""
    waiting = make_run(campaign, plan="loop")
    found = make_run(campaign)
    scenario = make_run(campaign, plan="no-bounces")
    for run in (found, scenario):
        running.work(run.pk, with_tools=tools(BROKEN))
    probe = Probe.objects.create(
        campaign=campaign, domain="x.test", recipient="a@b.invalid", return_path="c@x.test",
        message_id="1@x.test",
    )  # fmt: skip
    run_url = "admin:diagnostics_diagnosticrun_change"
    return {
        "waiting run": reverse(run_url, args=[waiting.pk]),
        "run": reverse(run_url, args=[found.pk]),
        "scenario": reverse(run_url, args=[scenario.pk]),
        "runs": reverse("admin:diagnostics_diagnosticrun_changelist"),
        "start": reverse("admin:diagnostics_diagnosticrun_start"),
        "probe": reverse("admin:diagnostics_probe_change", args=[probe.pk]),
        "dmarc": reverse("admin:diagnostics_dmarcreport_overview"),
    }


def test_all_text_has_enough_contrast_and_no_page_is_wider_than_the_window(
    page: Page, log_in, filled
):
    make_user("Admin", "alice")
    log_in("alice")
    faint, wide = {}, {}
    for name, url in filled.items():
        page.goto(url)
        if found := page.evaluate(CONTRAST):
            faint[name] = found
        if beyond := page.evaluate(BEYOND):
            wide[name] = f"{beyond} px"
    assert (faint, wide) == ({}, {})
