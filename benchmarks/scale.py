"""Pages at 10,000, 100,000 and a million events: the number of queries, and the time of each.

    python -m benchmarks.scale [events …]

On the PostgreSQL of DATABASE_URL, in a test database of its own for each size, which is filled by
COPY and dropped afterwards. Each page is asked for by an Admin, through Django's test client. The
aim: as many queries at any size, and no more than 1.5 times the time. Give the sizes to measure
others: `python -m benchmarks.scale 10000 10000000`.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.urls import reverse
from django.utils.http import urlencode

from benchmarks import scale_data, with_django  # noqa: F401
from bounces.models import BounceEvent, InboundMessage
from lists.admin.paging import AFTER, cursor_of
from lists.may_send import may_send
from lists.models import MailingList, Subscriber, Suppression
from tests.factories import make_user

SIZES = (10_000, 100_000, 1_000_000)
ALLOWED = 1.5
WARM, TIMES = 1, 7
ASKED = 10_000
# Far down a list, for any size.
DEEP = 0.6


@dataclass(frozen=True, slots=True)
class Measured:
    """Queries of a page, and its milliseconds: the median, and the fewest.

    Sizes are compared by the fewest: whatever else the machine does only ever adds to them.
    """

    queries: int
    median: float
    fewest: float


def measure(page: Callable[[], object]) -> Measured:
    for _ in range(WARM):
        page()
    with CaptureQueriesContext(connection) as captured:
        page()
    queries = len(captured)  # The next request empties the log.
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        page()
        took.append(1000 * (time.perf_counter() - began))
    return Measured(queries, statistics.median(took), min(took))


def pages(number: int) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    client = Client()
    client.force_login(make_user("Admin"))

    def get(address: str, /, **query: object) -> Callable[[], None]:
        url = f"{address}?{urlencode(query)}" if query else address

        def ask() -> None:
            answer = client.get(url, REMOTE_ADDR="127.0.0.1")
            if answer.status_code != 200:
                raise RuntimeError(f"{url} answered {answer.status_code}")
            answer.getvalue()

        return ask

    def listed(model: str) -> str:
        return reverse(f"admin:{model}_changelist")

    event = BounceEvent.objects.order_by("-occurred_at", "-id")[number // 100]
    message = InboundMessage.objects.only("received_at").get(pk=event.message_id)
    suppression = Suppression.objects.order_by("-since", "-id")[100]
    deep_event = BounceEvent.objects.order_by("-occurred_at", "-id")[int(number * DEEP)]
    person = Subscriber.objects.get(canonical=event.address)
    some_list = MailingList.objects.get(pk=2)
    events, suppressions = listed("bounces_bounceevent"), listed("lists_suppression")
    people, messages = listed("lists_subscriber"), listed("bounces_inboundmessage")
    asked = list(Subscriber.objects.order_by("pk").values_list("canonical", flat=True)[:ASKED])
    big, small = scale_data.domain_name(0), scale_data.domain_name(scale_data.DOMAINS // 2)
    deep = cursor_of(deep_event, ["-occurred_at", "-id"])
    return {
        "dashboard": get(reverse("admin:index")),
        "dashboard, 90 days": get(reverse("admin:index"), days=90),
        "list": get(reverse("admin:lists_mailinglist_change", args=[some_list.pk])),
        "campaign": get(reverse("admin:lists_campaign_change", args=[event.campaign_id])),
        "events": get(events),
        "events, deep": get(events, **{AFTER: deep}),
        "events of a reason": get(events, reason="mailboxfull"),
        "events of a category": get(events, category__exact="block"),
        "events of a rare kind": get(events, kind__exact="unsubscribe"),
        "events of a kind that none is of": get(events, kind__exact="delivered"),
        "events, unverified": get(events, trust__exact="unverified"),
        "events of a campaign": get(events, campaign__id__exact=event.campaign_id),
        "events of a list": get(events, mailing_list__id__exact=some_list.pk),
        "events of 7 days": get(events, days=7),
        "events without a campaign": get(events, about="nobody"),
        "events of an address": get(events, q=event.address),
        "events of a large domain": get(events, q=f"@{big}"),
        "events of a small domain": get(events, q=f"@{small}"),
        "event": get(reverse("admin:bounces_bounceevent_change", args=[event.pk])),
        "address": get(reverse("address"), address=event.address),
        "suppressions": get(suppressions),
        "suppressions of an address": get(suppressions, q=suppression.address),
        "suppressions of a large domain": get(suppressions, q=f"@{big}"),
        "suppressions of a rare cause": get(suppressions, cause__exact="complaint"),
        "suppression log": get(listed("lists_suppressionlog")),
        "subscribers": get(people),
        "subscribers by a beginning": get(people, q="person12"),
        "subscribers of a large domain": get(people, q=f"@{big}"),
        "subscriber, by whole address": get(people, q=person.canonical),
        "messages": get(messages),
        "messages, deep": get(messages, **{AFTER: cursor_of(message, ["-received_at", "-id"])}),
        "messages that failed": get(messages, state__exact="failed"),
        "messages of a rare kind": get(messages, kind="unsubscribe"),
        f"may_send of {ASKED:,}": lambda: may_send(asked, mailing_list=some_list),
        "/metrics": get("/metrics"),
    }


def measure_at(number: int) -> dict[str, Measured]:
    """Every page with `number` events, in a database of its own."""
    former = setup_databases(verbosity=0, interactive=False)
    try:
        began = time.perf_counter()
        scale_data.build(number)
        print(f"{number:,} events: filled in {time.perf_counter() - began:.0f} s", flush=True)
        return {name: measure(page) for name, page in pages(number).items()}
    finally:
        teardown_databases(former, verbosity=0)


def main(sizes: tuple[int, ...]) -> int:
    if connection.vendor != "postgresql":
        print("This measures PostgreSQL: set DATABASE_URL.")
        return 1
    settings.ALLOWED_HOSTS = ["*"]
    settings.METRICS_NETWORKS = ["127.0.0.0/8"]
    results = [measure_at(number) for number in sizes]
    heads = "".join(f"{f'{number:,}':>18}" for number in sizes)
    print(f"\n{'queries, median ms':34}{heads}{'ratio':>9}")
    flat = 0
    for name, base in results[0].items():
        row = [result[name] for result in results]
        cells = "".join(f"{f'{m.queries} q {m.median:8.1f}':>18}" for m in row)
        ratio = max(m.fewest for m in row) / base.fewest
        is_flat = ratio <= ALLOWED and all(m.queries <= base.queries for m in row)
        flat += is_flat
        print(f"{name:34}{cells}{ratio:8.2f}{' ' if is_flat else '!'}")
    print(f"\n{flat} of {len(results[0])} are flat: no more queries, at most {ALLOWED}x the time.")
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(int(argument) for argument in sys.argv[1:]) or SIZES))
