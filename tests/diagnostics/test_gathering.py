"""What our own events say, in a number of queries that does not grow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from diagnostics import running
from diagnostics.gathering import facts
from diagnostics.requesting import subject_of
from lists.counting import Count, add
from tests.diagnostics.zones import tools
from tests.factories import NOW, make_campaign, make_event, make_message, make_run

pytestmark = pytest.mark.django_db
BLOCKED = "550 5.7.1 Client host [192.0.2.25] blocked using zen.spamhaus.org; {n}"


@pytest.fixture
def campaign():
    return make_campaign()


def count(campaign, what: str, number: int, domain="big.example", reason="", ago=1) -> None:
    day = (NOW - timedelta(days=ago)).date()
    add([Count(campaign.pk, day, domain, what, number, reason)])


def test_counts_come_from_the_counts(campaign):
    count(campaign, "sent", 1000)
    count(campaign, "block", 40, reason="blocked")
    count(campaign, "hard", 5, "small.example", "userunknown")
    count(campaign, "sent", 800, ago=9)
    count(campaign, "hard", 8, ago=9, reason="userunknown")

    found = facts(subject_of(campaign), NOW)

    assert (found.sent, found.block, found.hard) == (1000, 40, 5)
    assert (found.sent_before, found.bounced_before) == (800, 8)
    assert found.reasons == (("blocked", 40), ("userunknown", 5))
    assert [one.domain for one in found.providers] == ["big.example", "small.example"]


def test_texts_that_differ_only_by_the_message_are_told_together(campaign):
    for n in range(3):
        make_event(
            campaign=campaign,
            category="block",
            reason="blocked",
            diagnostic=BLOCKED.format(n=f"id-4f{n}e9a77c01 for <a{n}@big.example>"),
        )
    found = facts(subject_of(campaign), NOW)
    assert [(one.count) for one in found.texts] == [3]
    assert [(one.text, one.count) for one in found.named_ips] == [("192.0.2.25", 3)]
    assert [(one.text, one.count) for one in found.named_lists] == [("zen.spamhaus.org", 3)]


def test_hours_and_bursts(campaign):
    for minutes in (0, 1, 2, 70):
        make_event(campaign=campaign, occurred_at=NOW - timedelta(minutes=minutes))
    make_event(campaign=campaign, occurred_at=NOW - timedelta(hours=30))
    found = facts(subject_of(campaign), NOW)
    assert sum(found.hours) == 5
    assert found.hours[12] == 1
    assert found.busiest == pytest.approx(0.6)


def test_size_limits_are_read_from_the_replies(campaign):
    make_event(
        campaign=campaign,
        category="soft",
        reason="mesgtoobig",
        diagnostic="552 5.3.4 Message size exceeds fixed limit of 10485760 bytes",
    )
    assert facts(subject_of(campaign), NOW).size_limits == (10485760,)


def test_who_answers_and_who_bounces_again_and_again(campaign):
    for n in range(6):
        at = NOW - timedelta(hours=n)
        make_event(campaign=campaign, kind="autoreply", category="", address="bot@x.example",
                   occurred_at=at)  # fmt: skip
        make_event(campaign=campaign, address="gone@y.example", occurred_at=at)
    make_event(campaign=campaign, address="us@bounces.example.com")
    found = facts(subject_of(campaign), NOW)
    assert (found.autoreplies, found.repliers[0].text, found.repliers[0].count) == (
        6,
        "bot@x.example",
        6,
    )
    assert (found.repeated[0].text, found.repeated[0].count) == ("gone@y.example", 6)
    assert found.about_ourselves == 1


def test_silence_is_measured(campaign):
    assert facts(subject_of(campaign), NOW).silent_hours is None
    make_message(received_at=NOW - timedelta(hours=50))
    found = facts(subject_of(campaign), NOW)
    assert found.silent_hours == pytest.approx(50)
    assert found.quiet_hours is None


def test_another_campaigns_events_are_not_ours(campaign):
    make_event(campaign=make_campaign(mailing_list=campaign.mailing_list))
    assert facts(subject_of(campaign), NOW).sampled == 0
    assert facts(subject_of(campaign.mailing_list), NOW).sampled == 1


@pytest.mark.parametrize("events", [1, 30])
def test_the_queries_do_not_grow_with_the_events(campaign, events, django_assert_num_queries):
    for n in range(events):
        make_event(campaign=campaign, address=f"p{n}@d{n}.example")
    subject = subject_of(campaign)
    with django_assert_num_queries(13):
        facts(subject, NOW)


def test_answers_at_the_bounce_address_are_suspected(campaign):
    for n in range(3):
        make_event(campaign=campaign, address=f"bounces+{n}@bounces.example.com")
    run = running.work(make_run(campaign).pk, with_tools=tools(now=NOW))
    finding = run.findings.get(check_name="events")
    assert finding.status == "warning"
    assert "bounces.example.com itself" in finding.title


def test_bounces_of_others_raise_no_suspicion(campaign):
    make_event(campaign=campaign)
    run = running.work(make_run(campaign).pk, with_tools=tools(now=NOW))
    assert run.findings.get(check_name="events").status == "ok"
