"""Believable rows in great numbers, made by PostgreSQL itself: what `benchmarks.scale` measures on.

The shape is the same at any size: campaigns bounce mostly in their first days, a few domains have
most of the people, most bounces are hard, a fifth of those who bounced did so before. Events are
numbered in the order in which they came. Indexes are taken away and made again afterwards, which
is several times quicker for millions of rows.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import with_django  # noqa: F401
from benchmarks.filling import beside, fill, timed, without_indexes
from bounces import partitions
from bounces.models import BounceEvent, InboundMessage, RawMessage
from lists import kept_rankings, totals
from lists.models import (
    Campaign,
    CampaignDay,
    CampaignTotal,
    DomainDay,
    MailingList,
    ReasonDay,
    SentMessage,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionLog,
)
from lists.partitioning import add_month, month_of, months_later

LISTS, CAMPAIGNS, DOMAINS = 20, 400, 3000
# Days that the rows are spread over: as many months, and parts of tables.
DAYS = int(os.environ.get("DAYS", "400"))
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
    ("autoreply", "", "vacation", ""): 25,
    ("complaint", "", "feedback", ""): 10,
    ("unsubscribe", "", "unsubscribe", ""): 7,
}
RAW = b"Subject: Undelivered Mail Returned to Sender\n\n" + b"User unknown\n" * 120
FILLED = (
    Subscriber,
    Subscription,
    SentMessage,
    InboundMessage,
    RawMessage,
    BounceEvent,
    CampaignDay,
    CampaignTotal,
    DomainDay,
    ReasonDay,
    Suppression,
    SuppressionLog,
)

# From 0 to below 1, the same for the same number and seed.
_DICE = """
CREATE FUNCTION pg_temp.dice(n bigint, seed bigint) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
  SELECT (hashint8extended(n, seed) & 4503599627370495)::float8 / 4503599627370496
$$
"""
# The r-th domain has 1 / (r + 3) of the people.
_PEOPLE = """
CREATE UNLOGGED TABLE people AS
SELECT n AS person, domain, 'person' || n || '@' || domain AS address
FROM (
  SELECT n, 'd' || floor(3 * power(({domains} + 3) / 3.0, pg_temp.dice(n, 1)) - 3) || '.example'
    AS domain
  FROM generate_series(0, {number} - 1) AS n
) AS drawn
"""
_HAPPENED = """
CREATE UNLOGGED TABLE happened AS
SELECT row_number() OVER (ORDER BY at) AS id, drawn.*, mod(campaign, {lists}) + 1 AS list,
  people.domain, people.address, said.kind, said.category, said.reason, said.status
FROM (
  SELECT n, campaign,
    least(
      %(now)s - (1 - campaign / {campaigns}.0) * interval '{days} days'
        - ln(1 - pg_temp.dice(n, 3)) * interval '1 day',
      %(now)s - mod(n, 3600) * interval '1 second'
    ) AS at,
    floor(
      pg_temp.dice(n, 4) * CASE WHEN mod(n, 5) > 0 THEN {number} ELSE greatest(1, {number} / 5) END
    )::bigint AS person,
    pg_temp.dice(n, 5) * 1000 AS thousandth
  FROM (
    SELECT n, floor(pg_temp.dice(n, 2) * {campaigns})::int AS campaign
    FROM generate_series(0, {number} - 1) AS n
  ) AS numbers
) AS drawn
JOIN people USING (person)
JOIN (VALUES {said}) AS said(first, behind, kind, category, reason, status)
  ON thousandth >= said.first AND thousandth < said.behind
"""
_TALLIED = """
SELECT campaign + 1 AS campaign, {day} AS day, {key} AS key,
  count(*) * {sent} AS sent, count(*) FILTER (WHERE category = 'hard') AS hard,
  count(*) FILTER (WHERE category = 'soft') AS soft,
  count(*) FILTER (WHERE category = 'block') AS block,
  count(*) FILTER (WHERE kind = 'complaint') AS complaint
FROM happened WHERE category > '' OR kind = 'complaint' GROUP BY 1, 2, 3
"""
_SUPPRESSED = """
SELECT row_number() OVER (ORDER BY at) AS id, * FROM (
  SELECT DISTINCT ON (person) person, at, list, address, domain, reason,
    CASE WHEN category = 'hard' THEN 'hard' ELSE 'complaint' END AS cause
  FROM happened WHERE category = 'hard' OR kind = 'complaint' ORDER BY person, at
) AS first
"""


def build(number: int) -> None:
    """So many events, messages and subscribers, and what belongs to them."""
    now = timezone.now()
    _lists(now)
    with connection.cursor() as cursor, transaction.atomic():
        _divide(cursor, now)
    beside([(timed, "drawn", _draw, number, now)])
    with without_indexes(FILLED):
        steps = {
            "people": (_people, number, now),
            "messages": (_messages, now),
            "events": (_events,),
            "counts": (_counts,),
            "suppressions": (_suppressions,),
        }
        beside([(timed, name, *step) for name, step in steps.items()])
    timed("folded", lambda: sum(totals.fold_all(now)))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE happened, people")
        timed("vacuumed", cursor.execute, "VACUUM ANALYZE")
    timed("ranked", kept_rankings.refresh, now)


def _divide(cursor, now: datetime) -> None:
    """Give each month that rows are of its part, as if the tables had been divided before them."""
    oldest = month_of(now - timedelta(days=DAYS))
    for model, column in partitions.DIVIDED.items():
        table = model._meta.db_table
        before = f"{table}_before"
        [until] = [part.until for part in partitions.parts() if part.name == before]
        cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {before}")
        cursor.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO (%s)",
            [oldest],
        )
        month = oldest
        while month < until:
            add_month(cursor, table, column, month)
            month = months_later(month, 1)


def domain_name(domain: int) -> str:
    return f"d{domain}.example"


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
            mailing_list_id=n % LISTS + 1,
            name=f"Campaign {n}",
            started_at=now - timedelta(days=DAYS * (1 - n / CAMPAIGNS)),
        )


def _draw(number: int, now: datetime) -> None:
    first, said = 0, []
    for words, share in SAID.items():
        texts = ", ".join(f"'{word}'" for word in words)
        said.append(f"({first}, {first + share}, {texts})")
        first += share
    sizes = {"number": number, "domains": DOMAINS, "campaigns": CAMPAIGNS, "lists": LISTS}
    with connection.cursor() as cursor:
        cursor.execute(_DICE)
        cursor.execute(_PEOPLE.format(**sizes))
        cursor.execute("ANALYZE people")
        cursor.execute(_HAPPENED.format(**sizes, days=DAYS, said=", ".join(said)), {"now": now})
        cursor.execute("ANALYZE happened")


def _people(number: int, now: datetime) -> None:
    fill(
        Subscriber,
        "FROM people ORDER BY person",
        {"id": "person + 1", "address": "address", "canonical": "address", "domain": "domain"},
    )
    fill(
        Subscription,
        "FROM people LEFT JOIN (SELECT person, max(at) AS bounced FROM happened "
        "WHERE category = 'hard' GROUP BY person) AS dead USING (person) ORDER BY person",
        {
            "subscriber_id": "person + 1",
            "mailing_list_id": f"mod(person, {LISTS}) + 1",
            "status": "CASE WHEN bounced IS NULL THEN 'active' ELSE 'bounced' END",
            "hard_bounces": "CASE WHEN bounced IS NULL THEN 0 ELSE 1 END",
            "last_bounce_at": "bounced",
        },
    )
    # The newest campaign of each list went to all of it.
    fill(
        SentMessage,
        "FROM people ORDER BY person",
        {
            "digest": "md5(person::text)",
            "campaign_id": f"{CAMPAIGNS - LISTS} + mod(person, {LISTS}) + 1",
            "subscriber_id": "person + 1",
        },
    )


def _messages(now: datetime) -> None:
    fill(
        InboundMessage,
        "FROM happened ORDER BY id",
        {
            "id": "id",
            "digest": "md5(id::text) || md5(id::text)",
            "size": f"{len(RAW)}",
            "source": "CASE WHEN mod(id, 3) = 0 THEN 'webhook' ELSE 'mailbox' END",
            "received_at": "at",
            "processed_at": "at",
            "state": "'processed'",
            "kind": "kind",
            "subject": "'Undelivered Mail Returned to Sender'",
        },
    )
    fill(
        RawMessage,
        "FROM happened WHERE at > %(kept)s ORDER BY id",
        {"message_id": "id", "content": "%(raw)s", "stored_at": "at"},
        {
            "raw": RawMessage._meta.get_field("content").get_db_prep_save(RAW, connection),
            "kept": now - timedelta(days=RAW_DAYS),
        },
    )


def _events() -> None:
    fill(
        BounceEvent,
        "FROM happened ORDER BY id",
        {
            "id": "id",
            "message_id": "id",
            "kind": "kind",
            "category": "category",
            "reason": "reason",
            "status": "status",
            "smtp_code": "CASE WHEN category = 'hard' THEN '550' ELSE '' END",
            "diagnostic": "'550 ' || status || ' <' || address || '>: Recipient address rejected'",
            "address": "address",
            "domain": "domain",
            "reported_recipient": "address",
            "campaign_id": "campaign + 1",
            "mailing_list_id": "list",
            "trust": "CASE WHEN mod(id, 50) = 0 THEN 'unverified' ELSE 'verified' END",
            "proof": "CASE WHEN mod(id, 50) = 0 THEN '' ELSE 'signed' END",
            "effect": "CASE WHEN category = 'hard' THEN 'suppress' ELSE '' END",
            "remote_mta": "'mx.' || domain",
            "occurred_at": "at",
        },
    )


def _counts() -> None:
    sums = {name: name for name in ("sent", "hard", "soft", "block", "complaint")}
    of_bounces = "WHERE hard + soft + block > 0"
    day = "(at AT TIME ZONE 'UTC')::date"
    for model, at, column, counted, only in (
        (CampaignDay, day, None, sums, ""),
        (CampaignTotal, "NULL::date", None, sums, ""),
        (DomainDay, day, "domain", sums, ""),
        (ReasonDay, day, "reason", {"count": "hard + soft + block"}, of_bounces),
    ):
        rows = _TALLIED.format(key=column or "''", day=at, sent=SENT_FOR_A_BOUNCE)
        columns = {"campaign_id": "campaign", **counted}
        columns |= {column: "key"} if column else {}
        columns |= {"day": "day"} if at is day else {}
        fill(model, f"FROM ({rows}) AS tallied {only}", columns)


def _suppressions() -> None:
    source = f"FROM ({_SUPPRESSED}) AS suppressed ORDER BY id"
    fill(
        Suppression,
        source,
        {
            "id": "id",
            "address": "address",
            "domain": "domain",
            "scope": "CASE WHEN mod(id, 2) = 0 THEN 'list' ELSE 'global' END",
            "mailing_list_id": "CASE WHEN mod(id, 2) = 0 THEN list END",
            "cause": "cause",
            "reason": "reason",
            "since": "at",
        },
    )
    fill(
        SuppressionLog,
        source,
        {
            "suppression_id": "id",
            "address": "address",
            "what": "'suppressed'",
            "reach": "'All mail'",
            "actor": "'policy'",
            "why": "'A hard bounce.'",
            "at": "at",
        },
    )
