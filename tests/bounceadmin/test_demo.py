"""The demo: what it promises, and that it goes through the pipeline as real mail does."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bounceadmin.demo import filling
from bounceadmin.demo.lists import LISTS
from bounceadmin.demo.month import plan
from bounceadmin.demo.replies import REPLIES
from bounceadmin.demo.shapes import MTAS, SHAPES, Letter
from bounces.models import BounceEvent, InboundMessage
from bounces.parsing import parse
from bounces.pipeline import process
from lists.counted import Period
from lists.health import lists_health
from lists.models import BandChange, Campaign, CampaignDay, Subscription, SuppressionLog

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def letter(reply: str = "unknown", recipient: str = "ann@example.net") -> Letter:
    row = REPLIES[reply]
    return Letter(
        serial="00c0ffee00c0ff",
        recipient=recipient,
        return_path="bounces+ann=example.net=1=abcdefghijkl@bounces.example.com",
        header_from="news@example.com",
        subject="The autumn letter",
        sent_at=NOON - timedelta(hours=1),
        at=NOON,
        said=row.said(recipient, "192.0.2.25"),
        code=row.code,
        status=row.status,
        mx=row.mx(recipient),
        ip="192.0.2.25",
    )


def do_all_work() -> bool:
    """Stands in for the worker, which the tests of `up` bring along."""
    process(list(InboundMessage.objects.pending().values_list("pk", flat=True)))
    return True


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The filled demo, for all tests of this file; rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        lines: list[str] = []
        filling.fill(lines.append, do_all_work)
        yield lines
        transaction.set_rollback(True)


# What the demo writes: each list's own MTAs, and those of receiving hosts.
WRITTEN = sorted(
    {
        (shape, trouble.reply)
        for demo_list in LISTS
        for trouble in demo_list.troubles
        for shape in ([trouble.shape] if trouble.shape else demo_list.shapes)
    }
)


@pytest.mark.parametrize(("mta", "reply"), WRITTEN)
def test_a_reply_is_read_as_meant_whatever_mta_reports_it(mta, reply):
    [report] = parse(MTAS[mta](letter(reply))).reports
    assert report.category == REPLIES[reply].category


def test_every_mta_and_every_reply_has_its_place_in_the_demo():
    assert {mta for mta, _ in WRITTEN} == set(MTAS)
    assert {reply for _, reply in WRITTEN} == set(REPLIES)


@pytest.mark.parametrize("mta", MTAS)
def test_every_mtas_report_tells_whom_and_which_mail(mta):
    said = parse(MTAS[mta](letter()))
    assert said.kind == "bounce"
    assert [report.recipient for report in said.reports] == ["ann@example.net"]
    assert said.original_message_id == "00c0ffee00c0ff@example.com"


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("delay", "delayed"),
        ("autoreply", "autoreply"),
        ("complaint", "complaint"),
        ("unreadable", "other"),
    ],
)
def test_what_is_no_bounce_is_read_as_what_it_is(shape, kind):
    assert parse(SHAPES[shape](letter("busy"))).kind == kind


def test_the_same_day_gives_the_same_month():
    assert plan(LISTS[0], NOON) == plan(LISTS[0], NOON)


@pytest.mark.parametrize("demo_list", LISTS, ids=lambda demo_list: demo_list.name)
def test_a_month_lies_before_its_day_and_answers_each_letter_once(demo_list):
    month = plan(demo_list, NOON)
    assert all(answer.sent_at < answer.at < NOON for answer in month.answers)
    bounces = [(a.mailing, a.address) for a in month.answers if a.shape in MTAS]
    assert len(bounces) == len(set(bounces))
    assert len(set(month.addresses)) == demo_list.size


def test_nobody_is_alarmed_at_first_sight_that_nothing_comes_back():
    """The demo's day is over for up to a day when it is first looked at."""
    answers = [answer for row in LISTS for answer in plan(row, NOON).answers]
    silent = NOON + timedelta(days=1) - max(answer.at for answer in answers)
    assert silent < timedelta(hours=36) < timedelta(hours=settings.ALERT_SILENCE_HOURS)


@pytest.mark.django_db
def test_the_lists_are_in_the_bands_they_are_made_for(demo):
    today = datetime.now(UTC).date()
    bands = {
        row.mailing_list.name: row.health.band for row in lists_health(Period.ending(today, 30))
    }
    assert bands == {demo_list.name: demo_list.band for demo_list in LISTS}
    assert len(set(bands.values())) == 3


@pytest.mark.django_db
def test_the_critical_list_is_driven_by_one_provider_that_blocks(demo):
    today = datetime.now(UTC).date()
    worst = lists_health(Period.ending(today, 30))[0]
    assert worst.health.band == "critical"
    assert worst.health.worst_domain.domain == "outlook.com"
    assert worst.health.counts.block > worst.health.counts.bounced / 2


@pytest.mark.django_db
def test_nothing_of_the_demo_lies_in_the_future(demo):
    now = timezone.now()
    assert not InboundMessage.objects.filter(received_at__gt=now).exists()
    assert not BounceEvent.objects.filter(occurred_at__gt=now).exists()
    assert not BandChange.objects.filter(at__gt=now).exists()


@pytest.mark.django_db
def test_a_dozen_campaigns_were_sent_within_the_month(demo):
    first = datetime.now(UTC) - timedelta(days=31)
    assert Campaign.objects.filter(started_at__gte=first).count() == 12


@pytest.mark.django_db
def test_nothing_failed_and_one_piece_nobody_can_read(demo):
    messages = InboundMessage.objects.filter(source_detail=filling.SOURCE_DETAIL)
    assert Counter(messages.values_list("state", flat=True)).keys() == {"processed"}
    assert messages.filter(kind="other").count() == 1
    assert messages.count() > 2500


@pytest.mark.django_db
def test_it_has_every_kind_and_category(demo):
    events = BounceEvent.objects.all()
    assert set(events.values_list("kind", flat=True)) == {
        "bounce", "delayed", "autoreply", "complaint",
    }  # fmt: skip
    assert set(events.filter(kind="bounce").values_list("category", flat=True)) == {
        "hard", "soft", "block",
    }  # fmt: skip


@pytest.mark.django_db
def test_forgeries_are_unverified_and_the_rest_is_signed(demo):
    forged = sum(demo_list.forgeries for demo_list in LISTS)
    assert BounceEvent.objects.filter(trust="unverified").count() == forged
    assert set(BounceEvent.objects.values_list("proof", flat=True)) == {"signed", ""}


@pytest.mark.django_db
def test_addresses_mailed_again_and_again_are_removed(demo):
    assert Subscription.objects.filter(status="removed").exists()


@pytest.mark.django_db
def test_an_operator_has_let_addresses_be_mailed_again(demo):
    whys = SuppressionLog.objects.filter(actor=filling.OPERATOR).values_list("why", flat=True)
    assert sorted(whys) == sorted(filling.WHYS)


@pytest.mark.django_db
def test_a_second_time_adds_nothing(demo):
    def numbers():
        tables = (InboundMessage, BounceEvent, CampaignDay, Subscription, SuppressionLog)
        sums = CampaignDay.objects.values_list("sent", "hard", "soft", "block")
        return [table.objects.count() for table in tables], sorted(sums)

    before = numbers()
    lines: list[str] = []
    filling.fill(lines.append, do_all_work)
    assert numbers() == before
    assert lines == ["The demo is there already."]
