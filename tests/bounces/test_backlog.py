"""What a batch costs beside a million others: PostgreSQL must look for rows by their keys.

It guesses how many rows a condition applies to by what it has counted last. Before a backlog came
hardly anything was pending; before a campaign bounced it had no events.
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.ingest import prepare
from bounces.models import InboundMessage
from bounces.pipeline import process
from bounces.storing import store
from lists import bulk
from tests.services import need_postgresql

pytestmark = pytest.mark.django_db(transaction=True)

_TABLES = "bounces_inboundmessage, bounces_bounceevent, lists_subscriber, lists_subscription"
_IN_VAIN = ("inboundmessage_of_road", "inboundmessage_pending", "bounceevent_of_campaign")


@pytest.fixture
def batch() -> list[int]:
    """Of a backlog that came since rows were last counted, a few."""
    need_postgresql()
    messages = prepare(3000, number_of_lists=1, campaigns_each=1)
    process(store(messages[:1000]).ids)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_TABLES}")
    return store(messages[1000:]).ids[:50]


def test_a_backlog_is_not_looked_through_for_each_batch(batch):
    with CaptureQueriesContext(connection) as found:
        process(batch)
    assert InboundMessage.objects.pending().count() == 1950
    plans = {}
    with transaction.atomic(), connection.cursor() as cursor:
        bulk.find_by_keys()
        for sql in (one["sql"] for one in found):
            if sql.startswith(("SELECT", "UPDATE")) and "bounces_" in sql:
                cursor.execute(f"EXPLAIN {sql}")
                plans[sql] = "\n".join(row for (row,) in cursor.fetchall())
    assert len(plans) > 5
    wasteful = {
        sql[:200]: plan for sql, plan in plans.items() if any(name in plan for name in _IN_VAIN)
    }
    assert wasteful == {}
