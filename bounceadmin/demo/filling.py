"""Putting the demo's month into the database and through the real pipeline.

Every step can be cut off and done again: a list with its people and sends is one transaction,
messages are stored once by their content, and the operator's entries in the log come last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bounceadmin.demo import dmarc
from bounceadmin.demo.diagnosing import diagnose
from bounceadmin.demo.lists import LISTS, DemoList, Mailing
from bounceadmin.demo.month import Answer, Month, plan
from bounceadmin.demo.replies import REPLIES
from bounceadmin.demo.shapes import SHAPES, Letter
from bounceadmin.demo.zones import SELECTOR
from bounces.models import InboundMessage
from bounces.storing import Incoming, store
from bounces.waking import wake
from lists import banding
from lists.models import (
    BandChange,
    Campaign,
    MailingList,
    Note,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionLog,
)
from lists.noting import note
from lists.return_paths import return_path
from lists.sending import report_sent
from lists.suppressing import unsuppress

SOURCE_DETAIL = "demo"
OPERATOR = "olga.operator"
# Why the operator let addresses be mailed again, oldest first.
WHYS = (
    "Called us: the mailbox was closed by mistake and is open again.",
    "Their administrator restored the account, ticket 4711.",
    "Wrote in from this very address this morning.",
    "Confirmed the address again on the website.",
)
# A list's `created_at` is this long before the demo's day, which is so found again.
_LIST_AGE = timedelta(days=60)
_AT_ONCE = 400

Say = Callable[[str], None]
GoingOn = Callable[[], bool]


def fill(say: Say, going_on: GoingOn) -> None:
    """Make the demo, or what of it is missing; return early where `going_on()` turns false.

    Workers must be running: they process what this stores.
    """
    if _operator_has_been_here():
        say("The demo is there already.")
        return
    noon = _day_of_the_demo()
    months = [plan(demo_list, noon) for demo_list in LISTS]
    for month in months:
        if not going_on():
            return
        _write_list(month)
    people = sum(len(month.addresses) for month in months)
    campaigns = sum(len(month.sent) for month in months)
    say(f"Demo: {len(months)} lists, {campaigns} campaigns, {people:,} subscribers.")
    _store_messages(months, say, going_on)
    _store_reports(noon)
    _wait_for_workers(say, going_on)
    if going_on():
        say("Demo: diagnosing the critical list, without the network.")
        diagnose()
        _remember_bands(noon)
        _let_the_operator_work()


def _remember_bands(noon: datetime) -> None:
    """The changes of band of the month, as the site would have recorded them day by day."""
    BandChange.objects.filter(mailing_list__name__in=[row.name for row in LISTS]).delete()
    for days_ago in range(30, -1, -1):
        banding.record(noon - timedelta(days=days_ago))


def _operator_has_been_here() -> bool:
    return SuppressionLog.objects.filter(actor=OPERATOR).exists()


def _day_of_the_demo() -> datetime:
    """The noon (UTC) before the demo was begun, so that nothing of it lies in the future."""
    begun = MailingList.objects.filter(bounce_domain=LISTS[0].bounce_domain).first()
    if begun is not None:
        return begun.created_at + _LIST_AGE
    half_a_day_ago = timezone.now().astimezone(UTC) - timedelta(hours=12)
    return half_a_day_ago.replace(hour=12, minute=0, second=0, microsecond=0)


def _sent_at(noon: datetime, mailing: Mailing) -> datetime:
    return noon - timedelta(days=mailing.days_ago, hours=5)


@transaction.atomic
def _write_list(month: Month) -> None:
    """The list, its people, its campaigns and how many were sent; all of it or nothing."""
    demo: DemoList = month.demo_list
    noon = _day_of_the_demo()
    mailing_list, is_new = MailingList.objects.get_or_create(
        name=demo.name,
        defaults={
            "stream": demo.stream,
            "header_from": demo.header_from,
            "bounce_domain": demo.bounce_domain,
            "sending_ips": demo.sending_ip,
            "dkim_selectors": SELECTOR,
            "created_at": noon - _LIST_AGE,
        },
    )
    if not is_new:
        return
    _subscribe(mailing_list, month.addresses)
    for mailing in demo.mailings:
        sent_at = _sent_at(noon, mailing)
        campaign = Campaign.objects.create(
            mailing_list=mailing_list, name=mailing.name, started_at=sent_at
        )
        report_sent(campaign, sent_at.date(), month.sent[mailing.name])
    for remark in demo.remarks:
        at = noon - timedelta(days=remark.days_ago)
        note(Note.What.REMARK, remark.text, OPERATOR, mailing_list=mailing_list, at=at)


def _subscribe(mailing_list: MailingList, addresses: tuple[str, ...]) -> None:
    people = []
    for address in addresses:
        person = Subscriber(address=address, created_at=mailing_list.created_at)
        person.set_address(address)
        people.append(person)
    Subscriber.objects.bulk_create(people, ignore_conflicts=True, batch_size=1000)
    for start in range(0, len(people), _AT_ONCE):
        chunk = [person.canonical for person in people[start : start + _AT_ONCE]]
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=person, mailing_list=mailing_list, created_at=mailing_list.created_at
            )
            for person in Subscriber.objects.filter(canonical__in=chunk)
        )


def _store_messages(months: list[Month], say: Say, going_on: GoingOn) -> None:
    total = sum(len(month.answers) for month in months)
    done = 0
    for month in months:
        messages = list(_messages(month))
        for start in range(0, len(messages), _AT_ONCE):
            if not going_on():
                return
            batch = messages[start : start + _AT_ONCE]
            wake(len(store(batch).ids))
            done += len(batch)
        say(f"Demo: {done:,} of {total:,} messages have arrived.")


def _store_reports(noon: datetime) -> None:
    """What large receivers report, by the same road."""
    done = store(
        Incoming(
            raw,
            InboundMessage.Source.LISTENER,
            source_detail=SOURCE_DETAIL,
            envelope_recipient=f"dmarc-reports@{LISTS[0].bounce_domain}",
            received_at=at,
        )
        for at, raw in dmarc.reports(noon)
    )
    wake(len(done.ids))


def _messages(month: Month) -> Iterator[Incoming]:
    """The month's answers as they come in at the bounce domain."""
    demo = month.demo_list
    mailing_list = MailingList.objects.get(name=demo.name)
    campaigns = {c.name: c for c in mailing_list.campaigns.select_related("mailing_list")}
    people = {
        person.address: person
        for person in Subscriber.objects.filter(subscriptions__mailing_list=mailing_list)
    }
    for answer in month.answers:
        campaign = campaigns[answer.mailing.name]
        path = return_path(campaign, people[answer.address])
        if answer.shape == "forged":
            path = _forged(path, campaign, answer)
        raw = SHAPES[answer.shape](_letter(demo, answer, path))
        yield Incoming(
            raw,
            InboundMessage.Source.LISTENER,
            source_detail=SOURCE_DETAIL,
            envelope_recipient=path,
            received_at=answer.at,
        )


def _letter(demo: DemoList, answer: Answer, path: str) -> Letter:
    reply = REPLIES[answer.reply]
    return Letter(
        serial=answer.serial,
        recipient=answer.address,
        return_path=path,
        header_from=demo.header_from,
        subject=answer.mailing.name,
        sent_at=answer.sent_at,
        at=answer.at,
        said=reply.said(answer.address, demo.sending_ip),
        code=reply.code,
        status=reply.status,
        mx=reply.mx(answer.address),
        ip=demo.sending_ip,
    )


def _forged(path: str, campaign: Campaign, answer: Answer) -> str:
    """What a forger can know: the campaign's public address, or a signature that is a guess."""
    if int(answer.serial, 16) % 2:
        return campaign.bounce_address
    signed, _, domain = path.rpartition("@")
    return f"{signed[:-6]}aaaaaa@{domain}"


def _wait_for_workers(say: Say, going_on: GoingOn) -> None:
    """Until all of the demo's messages are processed."""
    mine = InboundMessage.objects.filter(source_detail=SOURCE_DETAIL)
    total = mine.count()
    told, told_at = 0, time.monotonic()
    while going_on() and (waiting := mine.pending().count()):
        if time.monotonic() - told_at >= 3 and told != total - waiting:
            told, told_at = total - waiting, time.monotonic()
            say(f"Demo: {told:,} of {total:,} messages are processed.")
        time.sleep(0.2)


def _let_the_operator_work() -> None:
    """Lift a few suppressions, as people do who get a call."""
    lists = [demo_list.name for demo_list in LISTS]
    found = (
        Suppression.objects.active()
        .filter(cause=Suppression.Cause.HARD, address__in=_bounced_on(lists))
        .order_by("since", "pk")
    )
    for suppression, why in zip(found[: len(WHYS)], WHYS, strict=False):
        unsuppress([suppression], OPERATOR, why)


def _bounced_on(lists: list[str]):
    return Subscription.objects.filter(
        mailing_list__name__in=lists, status=Subscription.Status.BOUNCED
    ).values("subscriber__canonical")
