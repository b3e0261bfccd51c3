"""A thousand forged bounces of every kind, and replays: no address changes, no rate moves."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime

import pytest

from bounces.models import BounceEvent, InboundMessage
from bounces.pipeline import process
from bounces.storing import Incoming, store
from diagnostics import origin_judging, tools
from diagnostics.checks.zones import ZoneResolver
from lists import verp
from lists.models import (
    CampaignDay,
    SentMessage,
    StreamPolicy,
    Subscription,
    Suppression,
    SuppressionLog,
)
from lists.return_paths import digest_of_message_id, return_path, signing_keys
from tests.bounces.webhooks.services import SERVICES, Post, bearer, send
from tests.factories import make_campaign, make_endpoint, make_list, make_subscriber
from tests.mails import complaint, dsn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
_numbers = itertools.count()


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def victims(campaign):
    return [make_subscriber(f"victim{n}@example.net", campaign.mailing_list) for n in range(50)]


@pytest.fixture
def mallory(campaign):
    """A subscriber of ours, who has seen a return path of ours: their own."""
    return make_subscriber("mallory@evil.example", campaign.mailing_list)


def state(*, without=()):
    """All that a bounce may change of people."""
    subscriptions = Subscription.objects.exclude(subscriber__in=without).order_by("pk")
    return (
        list(subscriptions.values_list("subscriber", "status", "hard_bounces", "soft_score")),
        list(Suppression.objects.exclude(address__in=[s.canonical for s in without]).values()),
        list(SuppressionLog.objects.exclude(address__in=[s.canonical for s in without]).values()),
    )


def take_in(mails, **fields):
    incoming = [Incoming(raw, "listener", received_at=NOW, **fields) for raw in mails]
    return process(store(incoming).ids)


def text_only(recipient, to):
    return (
        f"From: MAILER-DAEMON@mx.example.org\nTo: {to}\nSubject: Undelivered Mail\n"
        f"Message-ID: <forged-{next(_numbers)}@mx.example.org>\n\n"
        f"<{recipient}>: 550 5.1.1 User unknown\n"
    ).encode()


def changed(address, old, new):
    """A signed address with something else put in."""
    assert old in address
    return address.replace(old, new)


def forgeries(campaign, other, victim, mallory):
    """One of each kind, all about `victim`."""
    name, domain = victim.canonical, campaign.mailing_list.bounce_domain
    signed = return_path(campaign, victim)
    mallorys = return_path(campaign, mallory)
    elsewhere = signed.replace(domain, "bounces.evil.example")
    resigned = verp.make_signed(name, domain, campaign.pk, ["a guessed key"])
    local, _, _ = signed.rpartition("@")
    unsigned = verp.make(name, domain)
    yield "to the campaign's address", dsn(name, to=campaign.bounce_address)
    yield "to a plain return path", dsn(name, to=unsigned)
    yield "signed with a guessed key", dsn(name, to=resigned)
    yield "with the signature cut", dsn(name, to=f"{local[:-1]}@{domain}")
    yield "with the signature changed", dsn(name, to=f"{local[:-2]}{'a' * 2}@{domain}x")
    yield (
        "with mallory's signature",
        dsn(name, to=changed(mallorys, "mallory=evil.example", name.replace("@", "="))),
    )
    yield (
        "signed for another campaign",
        dsn(
            name,
            to=changed(signed, "=" + _base36(campaign.pk) + "=", "=" + _base36(other.pk) + "="),
        ),
    )
    yield "signed for another domain", dsn(name, to=elsewhere)
    yield (
        "signed for a short path that is none",
        dsn(name, to=f"bounces+=1={_base36(campaign.pk)}=aaaaaaaaaaaa@{domain}"),
    )
    yield (
        "about a Message-ID we never sent",
        dsn(name, to=campaign.bounce_address, original_message_id="no@example.com"),
    )
    yield (
        "about a Message-ID that all got",
        dsn(name, to=campaign.bounce_address, original_message_id="shared@example.com"),
    )
    yield "as plain text", text_only(name, campaign.bounce_address)
    yield "as a complaint", complaint(name, to=campaign.bounce_address)
    yield "as a soft bounce", dsn(name, to=unsigned, status="4.2.2", reply="452 4.2.2 Mailbox full")
    yield "as a delivery", dsn(name, to=unsigned, action="delivered", status="2.0.0")


def _base36(number):
    return verp._base36(number)


def test_a_thousand_forged_bounces_and_their_replays_change_nobody(campaign, victims, mallory):
    other = make_campaign(mailing_list=campaign.mailing_list)
    SentMessage.objects.create(digest=digest_of_message_id("shared@example.com"), campaign=campaign)
    before = state()
    kinds = set()
    mails = []
    while len(mails) < 1000:
        for victim in victims:
            for kind, mail in forgeries(campaign, other, victim, mallory):
                kinds.add(kind)
                mails.append(mail)
    assert len(kinds) >= 12
    take_in(mails)
    # The same once more, to the letter and with another Message-ID.
    take_in(mails)
    take_in([mail.replace(b"Message-ID: <report-", b"Message-ID: <again-") for mail in mails])

    assert state() == before
    assert set(BounceEvent.objects.values_list("trust", flat=True)) == {"unverified"}
    assert InboundMessage.objects.failed().count() == 0
    days = CampaignDay.objects.all()
    assert sum(d.hard + d.soft + d.block + d.complaint + d.delivered for d in days) == 0
    # They are kept, shown and counted apart.
    assert sum(d.unverified for d in days) > 0


def test_what_mallory_has_seen_hurts_mallory_alone_and_no_rate(
    campaign, victims, mallory, settings
):
    before = state(without=[mallory])
    mallorys = return_path(campaign, mallory)
    mails = []
    for n in range(300):
        victim = victims[n % len(victims)]
        mails += [
            # The report names another; the header does; the envelope does.
            dsn(victim.canonical, to=mallorys, original_message_id=f"invented-{n}@example.com"),
            dsn(victim.canonical, to=f"{campaign.bounce_address}, {mallorys}"),
            complaint(victim.canonical, to=mallorys),
        ]
    take_in(mails)
    take_in(mails[:50], envelope_recipient=mallorys)
    # A report that names a hundred recipients at once.
    block = "\n".join(
        f"\nFinal-Recipient: rfc822; {victim.canonical}\nAction: failed\nStatus: 5.1.1"
        for victim in victims
    )
    many = dsn(to=mallorys).replace(
        b"\n\nFinal-Recipient", f"\n{block}\n\nFinal-Recipient".encode(), 1
    )
    take_in([many])

    assert state(without=[mallory]) == before
    believed = BounceEvent.objects.filter(trust="verified")
    assert set(believed.values_list("address", flat=True)) == {mallory.canonical}
    assert believed.count() <= settings.RETURN_PATH_DAILY_LIMIT
    day = CampaignDay.objects.get()
    assert day.hard + day.complaint <= settings.RETURN_PATH_DAILY_LIMIT
    bounded = BounceEvent.objects.filter(effect="bounded").first()
    assert (bounded.trust, bounded.proof) == ("unverified", "")


def test_mail_that_we_know_is_not_bounded(campaign, mallory, settings):
    settings.RETURN_PATH_DAILY_LIMIT = 2
    mails = []
    for n in range(5):
        message_id = f"ours-{n}@example.com"
        SentMessage.objects.create(
            digest=digest_of_message_id(message_id), campaign=campaign, subscriber=mallory
        )
        mails.append(dsn(to=return_path(campaign, mallory), original_message_id=message_id))
    take_in(mails)
    assert CampaignDay.objects.get().hard == 5


def test_a_forgery_that_comes_first_does_not_shut_out_the_real_bounce(campaign, victims):
    victim = victims[0]
    name, message_id = victim.canonical, "letter@example.com"
    take_in([dsn(name, to=campaign.bounce_address, original_message_id=message_id)])
    take_in([dsn(name, to=return_path(campaign, victim), original_message_id=message_id)])
    assert CampaignDay.objects.get().hard == 1
    assert Suppression.objects.get().address == name


def test_a_key_that_was_taken_out_signs_no_more(campaign, victims, settings):
    settings.VERP_KEYS = ["old", "older"]
    paths = [return_path(campaign, victim) for victim in victims]
    settings.VERP_KEYS = ["new", "old"]
    assert take_in([dsn(to=paths[0])]) == {"bounce": 1}
    assert BounceEvent.objects.get().trust == "verified"
    settings.VERP_KEYS = ["new"]
    before = state()
    take_in([dsn(to=path) for path in paths[1:]])
    assert state() == before
    assert signing_keys() == ["new"]


def test_forged_webhooks_change_nobody(client, campaign, victims):
    tenant = make_list()
    theirs = make_endpoint("json", "their token", mailing_list=tenant)
    ours = make_endpoint("json", "our token")
    amazon = SERVICES["amazon_ses"].endpoint(topics="arn:aws:sns:eu-west-1:210987654321:ours")
    before = state()
    for victim in victims[:20]:
        event = {
            "email": victim.canonical,
            "event": "bounce",
            "status": "5.1.1",
            "campaign": campaign.pk,
        }
        body = json.dumps(event).encode()
        attempts = [
            # Another tenant names our campaign, our address, our names.
            (theirs, Post(body, headers=bearer("their token"))),
            (ours, Post(body, headers=bearer("their token"))),
            (ours, Post(body)),
            # Signed well by Amazon, about a topic of someone else.
            (amazon, SERVICES["amazon_ses"].post(SERVICES["amazon_ses"].bounce(victim.canonical))),
        ]
        answers = [send(client, endpoint, post).status_code for endpoint, post in attempts]
        assert answers == [200, 401, 401, 403]
    process(list(InboundMessage.objects.pending().values_list("pk", flat=True)))
    assert state() == before
    assert set(BounceEvent.objects.values_list("trust", flat=True)) == {"unverified"}


# --- who handed it over, where a policy believes that ---------------------------------------------

_GENUINE = "192.0.2.25"
_FORGER = "203.0.113.66"
_ZONES = {
    "example.net": {"MX": ["10 mx.example.net."], "TXT": ["v=spf1 ip4:192.0.2.25 -all"]},
    "mx.example.net": {"A": [_GENUINE]},
    "evil.example": {"MX": ["10 mx.evil.example."], "TXT": ["v=spf1 ip4:203.0.113.66 -all"]},
    "mx.evil.example": {"A": [_FORGER]},
}
_OURS = "mx.ours.example"
_FROM_FORGER = f"Received: from mx.example.net (unknown [{_FORGER}]) by {_OURS} with ESMTP"
_FROM_GENUINE = f"Received: from mx.example.net (mx.example.net [{_GENUINE}]) by {_OURS} with ESMTP"
_PASSED = f"Authentication-Results: {_OURS}; dkim=pass header.d=example.net"
_NULL = "Return-Path: <>"


def _by_mailbox(*lines):
    return {"source": "mailbox"}, lines


def _by_smtp(*lines, ip=_FORGER, helo="mx.example.net", sender=""):
    fields = {"source": "listener", "client_ip": ip, "client_helo": helo}
    return fields | {"envelope_sender": sender}, lines


FORGED_ORIGINS = {
    "from another address with the right HELO": _by_smtp(),
    "with the domain as HELO": _by_smtp(helo="example.net"),
    "with an address literal as HELO": _by_smtp(helo=f"[{_GENUINE}]"),
    "with its own sound SPF": _by_smtp(helo="evil.example"),
    "with our hosts' headers, by SMTP": _by_smtp(_NULL, _PASSED, _FROM_GENUINE),
    "by the provider, with a sender": _by_smtp(ip=_GENUINE, sender="mallory@example.net"),
    "forwarded by a mailbox at the provider": _by_smtp(
        f"Received: from x (x [{_FORGER}]) by mx.example.net with ESMTP", ip=_GENUINE
    ),
    "written by a person at the provider": _by_smtp(
        "Received: from x ([10.0.0.9]) by mx.example.net with ESMTPSA", ip=_GENUINE
    ),
    "with results below our Received": _by_mailbox(_NULL, _FROM_FORGER, _PASSED),
    "with results of another host": _by_mailbox(
        _NULL, _PASSED.replace(_OURS, "mx.theirs.example"), _FROM_FORGER
    ),
    "with results within a quoted sender": _by_mailbox(
        _NULL,
        f'Authentication-Results: {_OURS}; spf=fail smtp.mailfrom="a; dkim=pass'
        ' header.d=example.net"@evil.example',
        _FROM_FORGER,
    ),
    "with results for its own domain": _by_mailbox(
        _NULL, _PASSED.replace("example.net", "evil.example"), _FROM_FORGER
    ),
    "with a Received of ours below": _by_mailbox(_NULL, _FROM_FORGER, _FROM_GENUINE),
    "with an address in its HELO": _by_mailbox(
        _NULL, _FROM_FORGER.replace("from mx.example.net", f"from [{_GENUINE}]")
    ),
    "through no host of ours": _by_mailbox(_NULL, _FROM_GENUINE.replace(_OURS, "mx.theirs")),
    "with a Return-Path below our Received": _by_mailbox(_FROM_GENUINE, _NULL),
}


@pytest.fixture
def believing(monkeypatch, settings):
    """Every policy believes the recipient's own servers, and the DNS is `_ZONES`."""
    StreamPolicy.objects.update(believe_origin=True)
    settings.TRUSTED_AUTHSERV_IDS = [_OURS]
    monkeypatch.setattr(tools, "resolver", lambda bounds: ZoneResolver(_ZONES))
    origin_judging.forget()
    yield
    origin_judging.forget()


@pytest.mark.parametrize("kind", FORGED_ORIGINS)
def test_who_did_not_hand_it_over_changes_nobody(campaign, victims, believing, kind):
    fields, lines = FORGED_ORIGINS[kind]
    mails = [
        "\n".join(lines).encode() + b"\n" * bool(lines) + mail
        for victim in victims[:20]
        for mail in (
            dsn(victim.canonical, to=campaign.bounce_address).replace(b"Return-Path: <>\n", b""),
            text_only(victim.canonical, campaign.bounce_address),
        )
    ]
    before = state()
    incoming = [Incoming(mail, received_at=NOW, **fields) for mail in mails]
    process(store(incoming).ids)
    assert state() == before
    assert set(BounceEvent.objects.values_list("trust", flat=True)) == {"unverified"}


def test_the_provider_of_one_says_nothing_of_another_ones_people(campaign, victims, believing):
    """Mallory's own server is proved to be evil.example's, and believed about nobody else."""
    mallory = make_subscriber("mallory@evil.example", campaign.mailing_list)
    before = state(without=[mallory])
    about = [victim.canonical for victim in victims[:20]] + [mallory.canonical]
    fields, _ = _by_smtp(helo="mx.evil.example")
    incoming = [
        Incoming(dsn(name, to=campaign.bounce_address), received_at=NOW, **fields) for name in about
    ]
    process(store(incoming).ids)
    assert state(without=[mallory]) == before
    believed = BounceEvent.objects.filter(trust="verified")
    assert set(believed.values_list("address", "proof")) == {(mallory.canonical, "origin")}
