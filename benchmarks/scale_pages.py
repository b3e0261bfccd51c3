"""The pages and calls that `benchmarks.scale` measures: what people and applications use daily."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from benchmarks import scale_data, with_django  # noqa: F401
from bounceadmin.alerts import conditions
from bounceadmin.api.models import ApiToken
from bounceadmin.api.tokens import SCOPES, new_secret
from bounces.models import BounceEvent, InboundMessage
from lists.admin.paging import AFTER, cursor_of
from lists.models import Campaign, Subscriber, Subscription, Suppression
from tests.factories import make_user

ASKED = 10_000
# A period that no page shows.
ASKED_DAYS = 45
# One that is asked for for the first time: nothing sums it while this measures.
NEW_DAYS = 46
# Far down a list, for any size.
DEEP = 0.6
# Of what is streamed, so many bytes: all of it takes as long as there is of it.
MOST_BYTES = 200_000
LIST = 2
# Begun some weeks ago.
CAMPAIGN = scale_data.CAMPAIGNS - 20

Page = Callable[[], object]
Pages = dict[str, Page]


def pages(number: int) -> Pages:
    """What is measured where there are `number` events, by name."""
    site = Site()
    event = _nth_event(number // 100)
    return {
        **_health(site),
        **_events(site, event, _nth_event(int(number * DEEP))),
        **_people(site, event),
        **_messages(site, event.message_id),
        **_api(site, event),
        "/metrics": site.page("/metrics"),
        "what alerts look at": lambda: conditions.current(timezone.now()),
    }


class Site:
    """The site, as an Admin sees it, and an application with all scopes."""

    def __init__(self) -> None:
        self._client = Client()
        # The database may be one that was measured before.
        name = f"scale-{secrets.token_hex(8)}"
        self._client.force_login(make_user("Admin", name))
        token = ApiToken(name=name, scopes=list(SCOPES))
        self._secret = new_secret(token)
        token.save()

    def page(self, address: str, /, **query: object) -> Page:
        """Asks for a page and takes nothing else."""
        return self._asking(f"{address}?{urlencode(query)}" if query else address, {})

    def listed(self, model: str, **query: object) -> Page:
        """The same of a list of rows, such as `lists_campaign`."""
        return self.page(reverse(f"admin:{model}_changelist"), **query)

    def of(self, name: str, key: object, **query: object) -> Page:
        """The same of a page of one row, such as `lists_campaign_delete`."""
        return self.page(reverse(f"admin:{name}", args=[key]), **query)

    def call(self, path: str, body: object = None, /, **query: object) -> Page:
        """Asks the API; with a `body` it is a POST."""
        address = f"/api/v1{path}?{urlencode(query)}" if query else f"/api/v1{path}"
        return self._asking(address, {"authorization": f"Bearer {self._secret}"}, body)

    def _asking(self, url: str, headers: dict[str, str], body: object = None) -> Page:
        text = json.dumps(body)

        def ask() -> None:
            if body is None:
                answer = self._client.get(url, REMOTE_ADDR="127.0.0.1", headers=headers)
            else:
                answer = self._client.post(url, text, "application/json", headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(f"{url} answered {answer.status_code}")
            if answer.streaming:
                _first_of(answer.streaming_content)

        return ask


def _first_of(pieces: Iterable[bytes]) -> None:
    left = MOST_BYTES
    for piece in pieces:
        left -= len(piece)
        if left <= 0:
            return


def _nth_event(place: int) -> BounceEvent:
    return BounceEvent.objects.order_by("-occurred_at", "-id")[place]


def _health(site: Site) -> Pages:
    campaigns = list(Campaign.objects.filter(mailing_list=LIST).values_list("pk", flat=True)[:8])
    choices = {"app_label": "bounces", "model_name": "webhookendpoint", "field_name": "campaign"}
    compare = reverse("admin:lists_mailinglist_compare", args=[LIST])
    return {
        "dashboard": site.page(reverse("admin:index")),
        "dashboard, 7 days": site.page(reverse("admin:index"), days=7),
        "dashboard, 90 days": site.page(reverse("admin:index"), days=90),
        "dashboard of a stream": site.page(reverse("admin:index"), stream="marketing"),
        "lists": site.listed("lists_mailinglist"),
        "list": site.of("lists_mailinglist_change", LIST),
        "list, 90 days": site.of("lists_mailinglist_change", LIST, days=90),
        "list as CSV": site.of("lists_mailinglist_csv", LIST),
        "whom to clean off a list": site.of("lists_mailinglist_clean", LIST),
        "list, deleting it": site.of("lists_mailinglist_delete", LIST),
        "campaigns": site.listed("lists_campaign"),
        "campaign": site.of("lists_campaign_change", CAMPAIGN),
        "campaign, 90 days": site.of("lists_campaign_change", CAMPAIGN, days=90),
        "campaigns compared": site.page(f"{compare}?{_ids(campaigns[5:])}"),
        "campaigns compared, the newest": site.page(f"{compare}?{_ids(campaigns[:3])}"),
        "campaign, deleting it": site.of("lists_campaign_delete", CAMPAIGN),
        "campaigns to choose from": site.page(
            reverse("admin:autocomplete"), term="Campaign 1", **choices
        ),
        "changes of band": site.listed("lists_bandchange"),
        "reports of sends": site.listed("lists_sendreport"),
        "alerts": site.listed("bounceadmin_alert"),
        "loops and storms": site.listed("bounces_senderhour"),
    }


def _ids(keys: Iterable[int]) -> str:
    return "&".join(f"ids={key}" for key in keys)


def _events(site: Site, event: BounceEvent, deep: BounceEvent) -> Pages:
    def events(**query: object) -> Page:
        return site.listed("bounces_bounceevent", **query)

    big, small = scale_data.domain_name(0), scale_data.domain_name(20)
    return {
        "events": events(),
        "events, deep": events(**{AFTER: cursor_of(deep, ["-occurred_at", "-id"])}),
        "events of a reason": events(reason="mailboxfull"),
        "events of a category": events(category__exact="block"),
        "events of a rare kind": events(kind__exact="unsubscribe"),
        "events of a kind that none is of": events(kind__exact="delivered"),
        "events, unverified": events(trust__exact="unverified"),
        "events of a campaign": events(campaign__id__exact=CAMPAIGN),
        "events of a list": events(mailing_list__id__exact=LIST),
        "events of 7 days": events(days=7),
        "events without a campaign": events(about="nobody"),
        "events of an address": events(q=event.address),
        "events of a large domain": events(q=f"@{big}"),
        "events of a small domain": events(q=f"@{small}"),
        "events of a list and a reason": events(
            mailing_list__id__exact=LIST, reason="mailboxfull", days=30
        ),
        "events of a domain, a list and a category": events(
            q=f"@{big}", mailing_list__id__exact=LIST, category__exact="block"
        ),
        "events that none can be": events(reason="mailboxfull", category__exact="hard"),
        "events of a domain that none can be": events(q=f"@{big}", reason="expired"),
        "events as CSV": site.page(reverse("admin:bounces_bounceevent_csv")),
        "events of a list as CSV": site.page(
            reverse("admin:bounces_bounceevent_csv"), mailing_list__id__exact=LIST
        ),
        "event": site.of("bounces_bounceevent_change", event.pk),
        "address": site.page(reverse("address"), address=event.address),
        "address that nobody has": site.page(reverse("address"), address="nobody@example.com"),
    }


def _people(site: Site, event: BounceEvent) -> Pages:
    def suppressions(**query: object) -> Page:
        return site.listed("lists_suppression", **query)

    def people(**query: object) -> Page:
        return site.listed("lists_subscriber", **query)

    big = scale_data.domain_name(0)
    suppression = Suppression.objects.order_by("-since", "-id")[100]
    person = Subscriber.objects.get(canonical=event.address)
    log = partial(site.listed, "lists_suppressionlog")
    return {
        "suppressions": suppressions(),
        "suppressions of an address": suppressions(q=suppression.address),
        "suppressions of a large domain": suppressions(q=f"@{big}"),
        "suppressions of a rare cause": suppressions(cause__exact="complaint"),
        "suppressions of a cause that none has": suppressions(cause__exact="manual"),
        "suppressions that were lifted": suppressions(state="lifted"),
        "suppressions of a stream": suppressions(scope__exact="stream"),
        "suppressions as CSV": site.page(reverse("admin:lists_suppression_export")),
        "suppression": site.of("lists_suppression_change", suppression.pk),
        "unsuppress, asking why": site.page(
            reverse("admin:lists_suppression_unsuppress"), ids=suppression.pk
        ),
        "suppression log": log(),
        "suppression log of an address": log(q=suppression.address),
        "suppression log of what never was": log(what__exact="erased"),
        "subscribers": people(),
        "subscribers by a beginning": people(q="person12"),
        "subscribers by a letter": people(q="p"),
        "subscribers by what nobody begins with": people(q="zzz"),
        "subscribers of a large domain": people(q=f"@{big}"),
        "subscriber, by whole address": people(q=person.canonical),
        "subscriber, deleting it": site.of("lists_subscriber_delete", person.pk),
    }


def _messages(site: Site, key: int) -> Pages:
    def messages(**query: object) -> Page:
        return site.listed("bounces_inboundmessage", **query)

    message = InboundMessage.objects.get(pk=key)
    return {
        "messages": messages(),
        "messages, deep": messages(**{AFTER: cursor_of(message, ["-received_at", "-id"])}),
        "messages that failed": messages(state__exact="failed"),
        "messages of a rare kind": messages(kind="unsubscribe"),
        "messages of a road": messages(source__exact="webhook"),
        "messages of a road that none came by": messages(source__exact="pipe"),
        "message": site.of("bounces_inboundmessage_change", key),
    }


def _api(site: Site, event: BounceEvent) -> Pages:
    asked = list(Subscriber.objects.order_by("pk").values_list("canonical", flat=True)[:ASKED])
    people = partial(site.call, f"/lists/{LIST}/subscribers")
    return {
        "API: health": site.call("/health"),
        "API: health of other days": site.call("/health", days=ASKED_DAYS),
        "API: health of a list, other days": site.call(f"/lists/{LIST}/health", days=ASKED_DAYS),
        "API: health of days never asked for": site.call("/health", days=NEW_DAYS),
        "API: health of a list, never asked for": site.call(f"/lists/{LIST}/health", days=NEW_DAYS),
        "API: health of a campaign, never asked for": site.call(
            f"/campaigns/{CAMPAIGN}/health", days=NEW_DAYS
        ),
        "API: health of a list": site.call(f"/lists/{LIST}/health"),
        "API: health of a campaign": site.call(f"/campaigns/{CAMPAIGN}/health"),
        "API: lists": site.call("/lists"),
        "API: campaigns": site.call("/campaigns"),
        "API: events": site.call("/events"),
        "API: events of a list": site.call("/events", list=LIST),
        "API: events that none can be": site.call("/events", category="hard", reason="mailboxfull"),
        "API: events since yesterday": site.call(
            "/events", since=(timezone.now() - timedelta(days=1)).isoformat()
        ),
        "API: suppressions": site.call("/suppressions"),
        "API: suppressions of a list": site.call("/suppressions", list=LIST),
        "API: suppressions of a stream": site.call("/suppressions", stream="marketing"),
        "API: a subscriber": site.call("/subscribers", address=event.address),
        "API: a list's subscribers": people(),
        "API: a list's bounced subscribers": people(status=Subscription.Status.BOUNCED),
        "API: a list's unsubscribed": people(status=Subscription.Status.UNSUBSCRIBED),
        f"API: may send to {ASKED:,}": site.call(f"/lists/{LIST}/may-send", {"addresses": asked}),
    }
