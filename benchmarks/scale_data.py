"""Believable rows in great numbers, copied into PostgreSQL: what `benchmarks.scale` measures on.

The shape is the same at any size: campaigns bounce mostly in their first days, a few domains have
most of the people, most bounces are hard, a fifth of those who bounced did so before.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from django.db import connection, models
from django.utils import timezone

from benchmarks import with_django  # noqa: F401
from bounces.models import BounceEvent, InboundMessage, RawMessage
from lists.models import (
    Campaign,
    CampaignDay,
    DomainDay,
    MailingList,
    ReasonDay,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionLog,
)

LISTS, CAMPAIGNS, DOMAINS, DAYS = 20, 400, 3000, 400
RAW_DAYS = 30
SENT_FOR_A_BOUNCE = 40
# (kind, category, reason, status) -> how many of a thousand.
SAID = {
    ("bounce", "hard", "userunknown", "5.1.1"): 500,
    ("bounce", "hard", "hostunknown", "5.1.2"): 60,
    ("bounce", "soft", "mailboxfull", "4.2.2"): 170,
    ("bounce", "soft", "networkerror", "4.4.1"): 80,
    ("bounce", "block", "spamdetected", "5.7.1"): 100,
    ("bounce", "block", "blocked", "5.7.1"): 48,
    ("autoreply", "", "vacation", ""): 35,
    ("complaint", "", "feedback", ""): 5,
    ("unsubscribe", "", "unsubscribe", ""): 2,
}
RAW = b"Subject: Undelivered Mail Returned to Sender\n\n" + b"User unknown\n" * 120


@dataclass(frozen=True, slots=True)
class Happened:
    """One event before it is a row; `person` counts from 0."""

    person: int
    campaign: int
    at: datetime
    said: tuple[str, str, str, str]


def build(number: int) -> None:
    """So many events, messages and subscribers, and what belongs to them."""
    now = timezone.now()
    dice = random.Random(number)
    weights = list(accumulate(1 / (rank + 3) for rank in range(DOMAINS)))
    domains = dice.choices(range(DOMAINS), cum_weights=weights, k=number)
    _lists(now)
    _copy(Subscriber, _subscribers(domains))
    _copy(Subscription, _subscriptions(number))
    happened = list(_happened(number, now, random.Random(8)))
    _copy(InboundMessage, _messages(happened))
    _copy(RawMessage, _raw_messages(happened, now))
    _copy(BounceEvent, _events(happened, domains))
    _counts(happened, domains)
    _suppress(happened, domains)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def address_of(person: int, domain: int) -> str:
    return f"person{person}@{domain_name(domain)}"


def domain_name(domain: int) -> str:
    return f"d{domain}.example"


def _list_of(campaign: int) -> int:
    return campaign % LISTS + 1


def _lists(now: datetime) -> None:
    for n in range(LISTS):
        MailingList.objects.create(
            pk=n + 1,
            name=f"List {n}",
            stream="marketing" if n % 4 else "transactional",
            header_from="news@example.com",
            bounce_domain="bounces.example.com",
        )
    for n in range(CAMPAIGNS):
        Campaign.objects.create(
            pk=n + 1,
            mailing_list_id=_list_of(n),
            name=f"Campaign {n}",
            started_at=now - timedelta(days=DAYS * (1 - n / CAMPAIGNS)),
        )


def _subscribers(domains: list[int]) -> Iterator[dict[str, object]]:
    for person, domain in enumerate(domains):
        address = address_of(person, domain)
        yield {
            "id": person + 1,
            "address": address,
            "canonical": address,
            "domain": domain_name(domain),
        }


def _subscriptions(number: int) -> Iterator[dict[str, object]]:
    for person in range(number):
        yield {"subscriber_id": person + 1, "mailing_list_id": person % LISTS + 1}


def _happened(number: int, now: datetime, dice: random.Random) -> Iterator[Happened]:
    kinds = dice.choices(list(SAID), list(SAID.values()), k=number)
    for n, said in enumerate(kinds):
        campaign = dice.randrange(CAMPAIGNS)
        began = now - timedelta(days=DAYS * (1 - campaign / CAMPAIGNS))
        at = min(began + timedelta(days=dice.expovariate(1)), now - timedelta(seconds=n % 3600))
        person = dice.randrange(number) if n % 5 else dice.randrange(max(1, number // 5))
        yield Happened(person, campaign, at, said)


def _messages(happened: list[Happened]) -> Iterator[dict[str, object]]:
    for n, found in enumerate(happened):
        yield {
            "id": n + 1,
            "digest": f"{n:064x}",
            "size": len(RAW),
            "source": "mailbox" if n % 3 else "webhook",
            "received_at": found.at,
            "processed_at": found.at,
            "state": "processed",
            "kind": found.said[0],
            "subject": "Undelivered Mail Returned to Sender",
        }


def _raw_messages(happened: list[Happened], now: datetime) -> Iterator[dict[str, object]]:
    content = RawMessage._meta.get_field("content").get_db_prep_save(RAW, connection)
    for n, found in enumerate(happened):
        if now - found.at < timedelta(days=RAW_DAYS):
            yield {"message_id": n + 1, "content": content, "stored_at": found.at}


def _events(happened: list[Happened], domains: list[int]) -> Iterator[dict[str, object]]:
    for n, found in enumerate(happened):
        kind, category, reason, status = found.said
        domain = domains[found.person]
        address = address_of(found.person, domain)
        yield {
            "id": n + 1,
            "message_id": n + 1,
            "dedupe_key": f"{n:064x}",
            "source_key": None,
            "kind": kind,
            "category": category,
            "reason": reason,
            "status": status,
            "smtp_code": "550" if category == "hard" else "",
            "diagnostic": f"550 {status} <{address}>: Recipient address rejected",
            "address": address,
            "domain": domain_name(domain),
            "reported_recipient": address,
            "campaign_id": found.campaign + 1,
            "mailing_list_id": _list_of(found.campaign),
            "trust": "unverified" if n % 50 == 0 else "verified",
            "proof": "" if n % 50 == 0 else "signed",
            "effect": "suppress" if category == "hard" else "",
            "remote_mta": f"mx.{domain_name(domain)}",
            "occurred_at": found.at,
        }


def _counts(happened: list[Happened], domains: list[int]) -> None:
    tallies: dict[tuple[int, date, int], Counter[str]] = {}
    reasons: Counter[tuple[int, date, str]] = Counter()
    for found in happened:
        kind, category, reason, _ = found.said
        tally = category or ("complaint" if kind == "complaint" else "")
        if tally:
            key = (found.campaign + 1, found.at.date(), domains[found.person])
            tallies.setdefault(key, Counter())[tally] += 1
            tallies[key]["sent"] += SENT_FOR_A_BOUNCE
            reasons[found.campaign + 1, found.at.date(), reason] += 1
    days: dict[tuple[int, date], Counter[str]] = {}
    for (campaign, day, _), counted in tallies.items():
        days.setdefault((campaign, day), Counter()).update(counted)
    _copy(CampaignDay, ({"campaign_id": c, "day": d, **days[c, d]} for c, d in days))
    _copy(
        DomainDay,
        (
            {"campaign_id": c, "day": d, "domain": domain_name(n), **tallies[c, d, n]}
            for c, d, n in tallies
        ),
    )
    _copy(
        ReasonDay,
        (
            {"campaign_id": c, "day": d, "reason": r, "count": count}
            for (c, d, r), count in reasons.items()
        ),
    )


def _suppress(happened: list[Happened], domains: list[int]) -> None:
    hard: dict[int, Happened] = {}
    for found in happened:
        if found.said[1] == "hard":
            hard.setdefault(found.person, found)
    _copy(
        Suppression,
        (
            {
                "id": n + 1,
                "address": address_of(person, domains[person]),
                "domain": domain_name(domains[person]),
                "scope": "global" if n % 2 else "list",
                "mailing_list_id": None if n % 2 else _list_of(found.campaign),
                "cause": "hard",
                "reason": found.said[2],
                "since": found.at,
            }
            for n, (person, found) in enumerate(hard.items())
        ),
    )
    _copy(
        SuppressionLog,
        (
            {
                "suppression_id": n + 1,
                "address": address_of(person, domains[person]),
                "what": "suppressed",
                "reach": "All mail",
                "actor": "policy",
                "why": "A hard bounce.",
                "at": found.at,
            }
            for n, (person, found) in enumerate(hard.items())
        ),
    )


def _copy(model: type[models.Model], rows: Iterable[dict[str, object]]) -> None:
    """COPY `rows`, by column; what a row leaves out has the field's default."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    fields = [f for f in model._meta.concrete_fields if f.column in first or not f.primary_key]
    defaults = {field.column: field.get_default() for field in fields}
    names = ", ".join(map(connection.ops.quote_name, defaults))
    table = connection.ops.quote_name(model._meta.db_table)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        copy.write_row(tuple((defaults | first).values()))
        for row in rows:
            copy.write_row(tuple((defaults | row).values()))
