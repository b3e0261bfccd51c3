"""Something to do for every task: what a broker may announce twice, and a worker die at."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from bounceadmin.logins.forgotten import asking
from bounceadmin.models import Alert, AlertDelivery
from bounces.models import RawMessage, SeenEvent, TopicSubscription
from bounces.sources.sealing import seal
from bounces.storing import Incoming, store
from diagnostics.models import DiagnosticRun
from diagnostics.probing import trips
from lists import policies, sending_job
from lists.cleaning import running as cleaning
from lists.counting import Count, add
from lists.importing import running as importing
from lists.importing import storing
from lists.models import (
    CampaignDay,
    PolicyDryRun,
    SendImport,
    SendReport,
    Subscription,
    SuppressionImport,
)
from lists.outgoing.kinds import KINDS
from lists.outgoing.models import Delivery, Endpoint, Message
from lists.return_paths import return_path
from lists.suppressing import SuppressionWish, suppress
from tests.factories import (
    make_campaign,
    make_endpoint,
    make_event,
    make_list,
    make_mailbox,
    make_message,
    make_run,
    make_subscriber,
    make_user,
)
from tests.mails import dsn

_numbers = itertools.count(1)
LONG_AGO = timedelta(days=1000)


@dataclass(frozen=True, slots=True)
class Work:
    """`arrange(folder)` makes something to do, and returns what the task is called with."""

    arrange: Callable[[Path], tuple]
    only_announces: bool = False
    """It changes nothing itself."""
    may_tell_twice: bool = False
    """Two at once may both tell others; whoever is told takes the second time as the first."""


def _bounces(_folder: Path) -> tuple:
    campaign = make_campaign()
    people = [make_subscriber("", campaign.mailing_list) for _ in range(3)]
    raws = [dsn(p.canonical, to=return_path(campaign, p)) for p in people]
    store(Incoming(raw, "listener") for raw in raws)
    return ()


def _overdue(_folder: Path) -> tuple:
    make_message(queued_at=timezone.now() - timedelta(hours=1))
    return ()


def _old_text(_folder: Path) -> tuple:
    row = make_message(state="processed", processed_at=timezone.now() - LONG_AGO)
    RawMessage.objects.filter(pk=row.pk).update(stored_at=timezone.now() - LONG_AGO)
    return ()


def _text_to_archive(_folder: Path) -> tuple:
    row = make_message(state="processed", processed_at=timezone.now())
    RawMessage.objects.filter(pk=row.pk).update(stored_at=timezone.now() - timedelta(hours=1))
    return ()


def _old_event(_folder: Path) -> tuple:
    now = timezone.now()
    make_event(campaign=make_campaign(), occurred_at=now - timedelta(days=500))
    older = make_event(campaign=make_campaign(), occurred_at=now - LONG_AGO)
    # Who comes first deletes the event, or what names a person there with the message's text.
    RawMessage.objects.filter(pk=older.message_id).delete()
    return ()


def _old_messages(_folder: Path) -> tuple:
    long_ago = timezone.now() - LONG_AGO
    for _ in range(3):
        row = make_message(state="processed", received_at=long_ago, processed_at=long_ago)
        RawMessage.objects.filter(pk=row.pk).delete()
    return ()


def _old_keys(_folder: Path) -> tuple:
    for _ in range(3):
        SeenEvent.objects.create(key=uuid4(), day=(timezone.now() - LONG_AGO).date())
    return ()


def _mail_in_a_maildir(folder: Path) -> tuple:
    spool = folder / f"spool{next(_numbers)}"
    for name in ("new", "cur", "tmp"):
        (spool / name).mkdir(parents=True)
    for n in range(2):
        text = f"Subject: {spool.name} {n}\n\nhello\n"
        (spool / "new" / f"{n}.host").write_text(text)
    return (make_mailbox(protocol="maildir", host="", folder=str(spool)).pk,)


def _dry_run(_folder: Path) -> tuple:
    campaign = make_campaign()
    for _ in range(3):
        make_event(campaign=campaign, occurred_at=timezone.now() - timedelta(days=1))
    policy = policies.give_own_policy(campaign.mailing_list)
    policy.hard_bounces_to_remove = 1
    return (policies.propose(policy, "olga").pk,)


def _topic(_folder: Path) -> tuple:
    topic = "arn:aws:sns:eu-west-1:123456789012:bounces"
    endpoint = make_endpoint("amazon_ses", topics=topic)
    n = next(_numbers)
    row = TopicSubscription.objects.create(
        endpoint=endpoint, topic=topic, digest=f"{n:064x}", sealed_url=seal(f"https://a/{n}")
    )
    return (row.pk,)


def _alert(_folder: Path) -> tuple:
    # Only one is told.
    User.objects.update(is_active=False)
    user = make_user()
    user.email = f"{user.username}@example.com"
    user.save()
    alert = Alert.objects.create(key=f"k{user.pk}", kind="system", level=2, title="Trouble")
    AlertDelivery.objects.create(alert=alert, user=user, level=2)
    return ()


def _forgotten_password(_folder: Path) -> tuple:
    user = make_user()
    user.email = f"{user.username}@example.com"
    user.save()
    visitor = asking.Visitor(f"192.0.2.{next(_numbers)}", "en")
    asking.ask(user.email, visitor, timezone.now())
    return ()


def _trouble(folder: Path) -> tuple:
    _alert(folder)
    return _poor_list(folder)


def _old_session(_folder: Path) -> tuple:
    Session.objects.create(
        session_key=f"{next(_numbers):032d}", expire_date=timezone.now() - LONG_AGO
    )
    return ()


def _poor_list(_folder: Path) -> tuple:
    campaign = make_campaign()
    today = timezone.now().date()
    sent = Count(campaign.pk, today, "a.example", "sent", 1000)
    add([sent, Count(campaign.pk, today, "a.example", "hard", 200)])
    return ()


def _old_counts(_folder: Path) -> tuple:
    campaign, day = make_campaign(), (timezone.now() - LONG_AGO).date()
    add([Count(campaign.pk, day, "a.example", "hard", 3, "userunknown")])
    # As a worker of the release before totals counts.
    CampaignDay.objects.create(campaign=make_campaign(), day=day, sent=5)
    return ()


def _old_report(_folder: Path) -> tuple:
    row = SendReport.objects.create(
        key=f"key{next(_numbers)}", campaign=make_campaign(), digest="0" * 64, outcome={}
    )
    SendReport.objects.filter(pk=row.pk).update(created_at=timezone.now() - LONG_AGO)
    return ()


def _cleaning(_folder: Path) -> tuple:
    mailing_list = make_list()
    for _ in range(3):
        person = make_subscriber("", mailing_list)
        suppress([SuppressionWish(person.canonical, "hard", "It bounced.")], "policy")
    Subscription.objects.filter(mailing_list=mailing_list).update(
        status=Subscription.Status.BOUNCED, hard_bounces=1
    )
    return (cleaning.start(mailing_list, ["hard"], "olga").pk,)


def _suppressions(_folder: Path) -> tuple:
    job = SuppressionImport(file_name="bounces.csv", created_by="olga")
    lines = [f"imported{next(_numbers):06d}@example.net,550,No such mailbox," for _ in range(3)]
    storing.store(job, ["\n".join(("address,code,error,created_at", *lines, "")).encode()], 10**6)
    importing.count(job)
    importing.run(job.pk)
    job.refresh_from_db()
    importing.carry_out(job)
    return (job.pk,)


def _sends(_folder: Path) -> tuple:
    job = SendImport(file_name="sends.csv", created_by="olga", campaign=make_campaign())
    text = f"day,domain,sent\n{date(2026, 11, 20)},a.example,1000\n"
    sending_job.hand_in(job, [text.encode()], 10**6)
    sending_job.run(job.pk)
    job.refresh_from_db()
    sending_job.carry_out(job)
    return (job.pk,)


def _old_job(folder: Path) -> tuple:
    (pk,) = _dry_run(folder)
    PolicyDryRun.objects.filter(pk=pk).update(
        created_at=timezone.now() - LONG_AGO, state=PolicyDryRun.State.DONE
    )
    return ()


def _waiting_job(folder: Path) -> tuple:
    _dry_run(folder)
    return ()


def _delivery(_folder: Path) -> tuple:
    # Only one is told.
    Endpoint.objects.update(enabled=False)
    name = f"CRM {next(_numbers)}"
    receiver = Endpoint.objects.create(name=name, url="https://crm.example/", kinds=list(KINDS))
    address = f"told{next(_numbers)}@example.net"
    suppress([SuppressionWish(address, "hard", "It bounced.")], "policy")
    return (list(Delivery.objects.filter(endpoint=receiver).values_list("pk", flat=True)),)


def _due_delivery(folder: Path) -> tuple:
    _delivery(folder)
    return ()


def _old_message(folder: Path) -> tuple:
    (ids,) = _delivery(folder)
    Delivery.objects.filter(pk__in=ids).update(state="delivered")
    Message.objects.update(created_at=timezone.now() - LONG_AGO)
    return ()


def _diagnosis(_folder: Path) -> tuple:
    return (make_run(make_list(sending_ips="192.0.2.25", dkim_selectors="s1")).pk,)


def _probe(_folder: Path) -> tuple:
    return (trips.request_probe(make_campaign()).pk,)


def _left_over(folder: Path) -> tuple:
    (pk,) = _diagnosis(folder)
    DiagnosticRun.objects.filter(pk=pk).update(queued_at=timezone.now() - timedelta(hours=1))
    return ()


def _old_probe(folder: Path) -> tuple:
    (pk,) = _probe(folder)
    trips.Probe.objects.filter(pk=pk).update(
        created_at=timezone.now() - LONG_AGO, state=trips.Probe.State.LOST
    )
    return ()


def _nothing(_folder: Path) -> tuple:
    return ()


def _due_mailbox(folder: Path) -> tuple:
    _mail_in_a_maildir(folder)
    return ()


WORK: dict[str, Work] = {
    "bounceadmin.tasks.watch": Work(_trouble),
    "bounceadmin.tasks.send_alerts": Work(_alert),
    "bounceadmin.tasks.send_password_mails": Work(_forgotten_password),
    "bounceadmin.tasks.delete_old_sessions": Work(_old_session),
    "bounces.tasks.process_inbound": Work(_bounces),
    "bounces.tasks.sweep": Work(_overdue, only_announces=True),
    "bounces.tasks.delete_old_raw_messages": Work(_old_text),
    "bounces.tasks.archive_raw_messages": Work(_text_to_archive),
    # Migrations have made them already.
    "bounces.tasks.create_partitions": Work(_nothing, only_announces=True),
    "bounces.tasks.fetch_due_mailboxes": Work(_due_mailbox, only_announces=True),
    "bounces.tasks.fetch_mailbox": Work(_mail_in_a_maildir),
    "bounces.tasks.forget_old_events": Work(_old_event),
    "bounces.tasks.delete_old_keys": Work(_old_keys),
    "bounces.tasks.delete_old_messages": Work(_old_messages),
    "bounces.tasks.run_policy_dry_run": Work(_dry_run),
    "bounces.tasks.confirm_topic_subscription": Work(_topic, may_tell_twice=True),
    "lists.tasks.record_bands": Work(_poor_list),
    # Its answer is made anew as a whole; tests/lists/test_kept_rankings.py looks at it.
    "lists.tasks.rank_domains": Work(_poor_list, only_announces=True),
    "lists.tasks.keep_counts": Work(_old_counts),
    "lists.tasks.delete_old_reports": Work(_old_report),
    "lists.tasks.clean": Work(_cleaning),
    "lists.tasks.run_suppression_import": Work(_suppressions),
    "lists.tasks.run_send_import": Work(_sends),
    "lists.tasks.sweep_jobs": Work(_waiting_job, only_announces=True),
    "lists.tasks.delete_old_jobs": Work(_old_job),
    "lists.outgoing.tasks.deliver": Work(_delivery),
    "lists.outgoing.tasks.sweep": Work(_due_delivery, only_announces=True),
    "lists.outgoing.tasks.delete_old": Work(_old_message),
    "diagnostics.tasks.run_diagnosis": Work(_diagnosis),
    "diagnostics.tasks.send_probe": Work(_probe),
    "diagnostics.tasks.sweep": Work(_left_over, only_announces=True),
    "diagnostics.tasks.delete_old": Work(_old_probe),
}
