"""What marketers and admins do every day, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from bounces.parsing.reasons.names import REASONS
from lists.counting import Count, add
from lists.models import Campaign, Cleaning, Subscription, Suppression
from lists.suppressing import SuppressionWish, suppress
from lists.tasks import clean
from tests.factories import make_campaign, make_event, make_list, make_subscriber, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANN = "ann@example.net"


@pytest.fixture
def critical_list():
    """A list that one provider refuses, and one that does well."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    good = make_campaign(mailing_list=make_list(name="Receipts"))
    bad = make_campaign(mailing_list=make_list(name="Weekly newsletter"), name="November")
    add(
        [
            Count(good.pk, yesterday, "example.org", "sent", 1000),
            Count(good.pk, yesterday, "example.org", "hard", 3, "userunknown"),
            Count(bad.pk, yesterday, "mail.example.net", "sent", 1000),
            Count(bad.pk, yesterday, "mail.example.net", "block", 180, "blocked"),
            Count(bad.pk, yesterday, "example.org", "hard", 20, "userunknown"),
        ]
    )
    make_event(
        address=ANN,
        campaign=bad,
        category="block",
        reason="blocked",
        occurred_at=datetime.now(UTC) - timedelta(hours=5),
    )
    return bad.mailing_list


@pytest.fixture
def suppressed():
    make_subscriber(ANN, make_list())
    event = make_event(address=ANN)
    wish = SuppressionWish(ANN, "hard", "It bounced.", evidence=f"event:{event.pk}")
    suppress([wish], "policy")


def test_a_marketer_finds_the_critical_list_and_reads_what_to_do(page: Page, log_in, critical_list):
    make_user("Marketer", "mary")
    log_in("mary")

    first = page.locator(".ba-list").first
    expect(first).to_contain_text("Weekly newsletter")
    expect(first).to_contain_text("Critical")
    first.get_by_role("link", name="Weekly newsletter").click()

    expect(page.get_by_text("90 % of it is mail.example.net refusing your server.")).to_be_visible()
    expect(page.get_by_text("stop sending and diagnose")).to_be_visible()
    expect(page.get_by_role("link", name="November")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)

    page.get_by_role("link", name="See the refusals").click()
    page.get_by_role("link", name=ANN).click()
    expect(page.get_by_text(REASONS["blocked"].sentence).first).to_be_visible()


def test_the_period_stays_when_the_stream_is_picked(page: Page, log_in, critical_list):
    make_user("Marketer", "mary")
    log_in("mary")

    page.get_by_role("link", name="7 days", exact=True).click()
    page.get_by_role("link", name="Marketing", exact=True).click()

    expect(page.get_by_role("link", name="7 days", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    assert "days=7" in page.url
    assert "stream=marketing" in page.url


def test_an_admin_unsuppresses_an_address_and_sees_it_in_the_log(page: Page, log_in, suppressed):
    make_user("Admin", "alice")
    log_in("alice")
    page.goto("/admin/address/")
    page.get_by_label("Address", exact=True).fill("Ann@Example.net")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("It is not mailed: it is suppressed.")).to_be_visible()

    page.get_by_role("link", name="Unsuppress…").click()
    page.get_by_role("button", name="Unsuppress").click()
    expect(page.get_by_text("Say why: the log keeps it.")).to_be_visible()
    page.get_by_label("Why").fill("She wrote to us from it.")
    page.get_by_role("button", name="Unsuppress").click()
    expect(page.get_by_text("Tick this, or leave it in force.")).to_be_visible()
    page.get_by_label("I know that it exists now").check()
    page.get_by_role("button", name="Unsuppress").click()

    expect(page.get_by_text("Nothing stands in the way: it is mailed.")).to_be_visible()
    assert not Suppression.objects.active().exists()
    page.goto("/admin/lists/suppressionlog/")
    row = page.get_by_role("row").filter(has_text="Unsuppressed")
    expect(row).to_contain_text("She wrote to us from it.")
    expect(row).to_contain_text("alice")


def test_pages_are_walked_by_keyboard(page: Page, log_in, critical_list):
    make_user("Marketer", "mary")
    log_in("mary")
    page.goto("/admin/bounces/bounceevent/")

    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.includes('Filters')"):
            break
    page.keyboard.press("Enter")

    expect(page.locator("#changelist-filter")).to_be_visible()


def test_settings_are_copied_from_how_to_send(page: Page, log_in, critical_list):
    make_user("Marketer", "mary")
    log_in("mary")
    campaign = Campaign.objects.first()
    page.goto(f"/admin/lists/campaign/{campaign.pk}/change/")
    page.get_by_role("link", name="How to send").click()

    button = page.get_by_role("button", name="Copy").first
    button.click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.get_by_text(campaign.bounce_address).first).to_be_visible()


def test_an_operator_cleans_a_list_and_undoes_it(page: Page, log_in, critical_list):
    make_subscriber(ANN, critical_list)
    Subscription.objects.update(status=Subscription.Status.BOUNCED, hard_bounces=1)
    make_user("Operator", "olga")
    log_in("olga")
    page.goto(f"/admin/lists/mailinglist/{critical_list.pk}/clean/")
    expect(page.get_by_text("Addresses that do not exist: 1")).to_be_visible()
    expect(page.get_by_role("link", name=ANN)).to_be_visible()

    page.get_by_role("button", name="Take them off the list").click()
    expect(page.get_by_text("The list is being cleaned.")).to_be_visible()
    clean(Cleaning.objects.get().pk)
    # The page looks again by itself.
    expect(page.get_by_text("1 address was taken off the list.")).to_be_visible(timeout=10_000)

    page.get_by_role("button", name="Undo: put them back").click()
    clean(Cleaning.objects.get().pk)
    expect(page.get_by_text("It was undone")).to_be_visible(timeout=10_000)
    assert Subscription.objects.get().status == Subscription.Status.BOUNCED


def test_an_operator_pauses_a_campaign_and_the_marketer_reads_why(page, log_in, critical_list):
    make_user("Operator", "olga")
    make_user("Marketer", "mary")
    campaign = critical_list.campaigns.get()
    log_in("olga")
    page.goto(f"/admin/lists/campaign/{campaign.pk}/change/")
    page.get_by_role("textbox", name="Why").fill("They refuse us.")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused since")).to_be_visible()
    page.context.clear_cookies()

    log_in("mary")
    page.goto(f"/admin/lists/mailinglist/{critical_list.pk}/change/")
    expect(page.locator(".ba-moments").get_by_text("They refuse us.")).to_be_visible()
    expect(page.get_by_role("button", name="Add", exact=True)).to_have_count(0)


def test_an_admin_is_led_through_an_empty_installation(page: Page, log_in):
    make_user("Admin", "alice")
    log_in("alice")
    page.get_by_role("link", name="Set it up, step by step").click()
    expect(page.get_by_text("0 of 6 steps are done.")).to_be_visible()

    page.get_by_role("link", name="Add the first list").click()
    page.get_by_label("Name", exact=False).first.fill("Newsletter")
    page.get_by_label("Header From", exact=False).first.fill("news@example.com")
    page.get_by_label("Bounce domain", exact=False).first.fill("bounces.example.com")
    page.get_by_role("button", name="Save", exact=True).click()

    page.goto("/admin/start/")
    expect(page.get_by_text("1 of 6 steps are done.")).to_be_visible()
    page.get_by_role("link", name="Add a campaign").click()
    page.get_by_label("Name", exact=False).first.fill("November")
    page.get_by_role("button", name="Save", exact=True).click()

    page.goto("/admin/start/")
    expect(page.get_by_text("2 of 6 steps are done.")).to_be_visible()
    expect(page.get_by_text("bounces.example.com. IN MX")).to_be_visible()


def test_each_person_has_a_time_zone_and_quiet_times(page: Page, log_in):
    make_user("Marketer", "mary")
    log_in("mary")
    page.goto("/admin/me/")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Quiet until").fill("07:00")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Quiet from")).to_have_value("22:00")
