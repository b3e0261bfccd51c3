"""One person's data is given out and erased; their suppressions go on working."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bounceadmin.privacy import person
from bounces import dry_run
from bounces.models import BounceEvent, InboundMessage, RawMessage
from bounces.pipeline import process
from bounces.privacy import forget_old_events
from bounces.storing import Incoming, store
from lists import policies
from lists.importing import running as importing
from lists.importing import storing
from lists.may_send import may_send
from lists.models import (
    CampaignDay,
    RefusedRow,
    SentMessage,
    StreamPolicy,
    Subscriber,
    Suppression,
    SuppressionImport,
    SuppressionLog,
)
from lists.outgoing.kinds import SUPPRESSED
from lists.outgoing.models import Delivery, Endpoint, Message
from lists.pseudonyms import pseudonym
from lists.return_paths import return_path
from lists.suppressing import SuppressionWish, scoped, suppress, unsuppress
from tests.factories import (
    make_campaign,
    make_event,
    make_message,
    make_subscriber,
    make_user,
)
from tests.mails import dsn

pytestmark = pytest.mark.django_db
ANN = "ann@example.net"
_OURS = ("lists_", "bounces_", "bounceadmin_", "outgoing_", "diagnostics_")


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def ann(campaign):
    """A person of whom there is something everywhere."""
    subscriber = make_subscriber(ANN, campaign.mailing_list)
    SentMessage.objects.create(digest="a" * 32, campaign=campaign, subscriber=subscriber)
    message = make_message(
        state="processed",
        raw=b"To: ann@example.net\n\nNo such user\n",
        envelope_recipient="bounces+ann=example.net@bounces.example.com",
        subject="Failed: ann@example.net",
    )
    event = make_event(
        campaign=campaign,
        address=ANN,
        message=message,
        diagnostic="550 <ann@example.net> unknown",
        evidence="550 <ann@example.net> unknown",
        original_message_id="1@example.com",
    )
    suppress(
        [SuppressionWish(ANN, "hard", "Wrote from Ann@Example.net", evidence=f"event:{event.pk}")],
        "policy",
    )
    return subscriber


def everything_kept() -> str:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(
                ("lists_", "bounces_", "bounceadmin_", "outgoing_", "diagnostics_")
            ):
                cursor.execute(f'SELECT * FROM "{table}"')
                found += [f"{table}: {row}" for row in map(_readable, cursor.fetchall())]
    return "\n".join(found)


def _readable(row) -> list[str]:
    return [bytes(v).decode() if isinstance(v, bytes | memoryview) else str(v) for v in row]


def erase(**options):
    person.erase(ANN, "alice", "She asked us to.", **{"keep_from_mail": True, **options})


def test_the_zip_has_all_that_is_known_and_the_original_message(ann):
    out = io.BytesIO()
    person.write_zip(ANN, out)
    archive = zipfile.ZipFile(out)
    data = json.loads(archive.read("data.json"))
    assert data["address"] == ANN
    assert len(data["subscriptions"]) == len(data["suppressions"]) == 1
    assert len(data["bounce events"]) == len(data["messages sent"]) == 1
    assert data["suppression log"][0]["why"] == "Wrote from Ann@Example.net"
    message = InboundMessage.objects.get()
    assert b"No such user" in archive.read(f"messages/{message.pk}.eml")


def test_a_message_about_others_too_is_not_given_out(ann, campaign):
    message = InboundMessage.objects.get()
    make_event(campaign=campaign, address="bob@example.net", message=message)
    out = io.BytesIO()
    person.write_zip(ANN, out)
    assert zipfile.ZipFile(out).namelist() == ["data.json"]


def test_after_erasing_the_address_is_nowhere(ann):
    assert "ann" in everything_kept().casefold()
    erase()
    kept = everything_kept().casefold()
    assert "ann@" not in kept
    assert "ann=example" not in kept


def test_after_erasing_the_suppression_still_works(ann, campaign):
    erase(keep_from_mail=False)
    answer = may_send([ANN], mailing_list=campaign.mailing_list)[ANN]
    assert (answer.allowed, answer.why) == (False, "hard")
    assert suppress([SuppressionWish(ANN, "hard", "again")], "policy") == 0
    assert "ann@" not in everything_kept()


def test_who_was_not_suppressed_is_kept_from_mail_if_so_wished(campaign):
    make_subscriber(ANN, campaign.mailing_list)
    erase()
    assert not may_send([ANN])[ANN].allowed
    assert Suppression.objects.get().reason == "erased"


def test_who_was_not_suppressed_may_be_mailed_again_if_so_wished(campaign):
    make_subscriber(ANN, campaign.mailing_list)
    erase(keep_from_mail=False)
    assert may_send([ANN])[ANN].allowed
    assert not Subscriber.objects.exists()


def test_events_stay_as_numbers_about_nobody(ann):
    erase()
    event = BounceEvent.objects.get()
    assert (event.address, event.reason, event.category) == ("", "userunknown", "hard")
    assert InboundMessage.objects.get().raw is None


def test_erasing_is_logged_without_the_address(ann):
    erase()
    entry = SuppressionLog.objects.get(what="erased")
    assert (entry.actor, entry.why, entry.address) == (
        "alice",
        "She asked us to.",
        pseudonym(ANN),
    )
    old = SuppressionLog.objects.filter(what="suppressed").earliest("pk")
    assert (old.address, old.why) == (pseudonym(ANN), "Wrote from (address)")


def test_erasing_twice_is_no_error(ann):
    erase()
    erase()
    assert Suppression.objects.active().count() == 1


def test_what_only_quotes_the_address_is_forgotten_too(ann, campaign):
    job = SuppressionImport(file_name="x.csv", created_by="olga")
    storing.store(job, [b"address,code,error,created_at\n<Ann@example.net,550,x,\n"], 1000)
    importing.count(job)
    importing.run(job.pk)
    BounceEvent.objects.update(occurred_at=timezone.now() - timedelta(days=1))
    policy = StreamPolicy.objects.get(stream=campaign.mailing_list.stream)
    policy.hard_suppress_at = 2
    trial = policies.propose(policy, "alice")
    dry_run.run(trial.pk)
    storing.forget_file(job)
    assert RefusedRow.objects.exists()
    erase()
    assert "ann@" not in everything_kept().casefold()


def test_what_other_systems_were_told_is_forgotten_once_they_have_it(campaign):
    Endpoint.objects.create(name="shop", url="https://shop.example/", kinds=[SUPPRESSED])
    one_list = scoped("list", campaign.mailing_list)
    suppress([SuppressionWish(ANN, "hard", f"{ANN} bounced.", **one_list)], "policy")
    suppress([SuppressionWish("bob@example.net", "hard", "Bounced.")], "policy")
    Delivery.objects.update(state="delivered")
    about_ann = Delivery.objects.filter(message__body__contains=ANN)
    about_ann.update(answer=f"thank you for {ANN}")
    erase()
    waiting = Message.objects.filter(body__contains=ANN)
    assert [m.deliveries.get().state for m in waiting] == ["pending"], "that it is erased"
    waiting.delete()
    assert "ann@" not in everything_kept()
    assert "bob@example.net" in everything_kept()


def test_an_erased_person_can_be_unsuppressed_by_the_address(ann):
    erase(keep_from_mail=False)
    unsuppress(list(Suppression.objects.active()), "alice", "She came back.")
    assert may_send([ANN])[ANN].allowed


def test_a_late_bounce_does_not_write_an_erased_address_down_again(ann, campaign):
    path = return_path(campaign, ann)
    erase()
    raw = dsn(ANN, to=path)
    process(store([Incoming(raw, "pipe", envelope_recipient=path)]).ids)
    late = BounceEvent.objects.latest("pk")
    assert (late.trust, late.category, late.address) == ("verified", "hard", pseudonym(ANN))
    assert not Subscriber.objects.exists()
    assert CampaignDay.objects.get().hard == 1
    InboundMessage.objects.update(envelope_recipient="")
    RawMessage.objects.all().delete()
    assert "ann@" not in everything_kept()


def test_who_was_erased_and_is_added_anew_is_known_again(ann, campaign):
    path = return_path(campaign, ann)
    erase()
    make_subscriber(ANN, campaign.mailing_list)
    process(store([Incoming(dsn(ANN, to=path), "pipe", envelope_recipient=path)]).ids)
    assert BounceEvent.objects.latest("pk").address == ANN


def test_the_log_still_refuses_every_other_change(ann):
    changes = (
        {"actor": "nobody"},
        {"why": "nothing"},
        {"address": "bob@example.net"},
        {"address": pseudonym(ANN), "actor": "nobody"},
    )
    for change in changes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            SuppressionLog.objects.update(**change)
    erase()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SuppressionLog.objects.update(why="nothing")


def test_old_events_are_kept_under_a_pseudonym(ann, settings):
    settings.EVENT_RETENTION_DAYS = 365
    BounceEvent.objects.update(occurred_at=timezone.now() - timedelta(days=366))
    young = make_event(address="bob@example.net", occurred_at=timezone.now())
    assert sum(forget_old_events()) == 1
    assert sum(forget_old_events()) == 0
    event = BounceEvent.objects.exclude(pk=young.pk).get()
    assert (event.address, event.domain) == (pseudonym(ANN), "example.net")
    assert event.diagnostic == event.reported_recipient == event.evidence == ""
    assert BounceEvent.objects.get(pk=young.pk).address == "bob@example.net"
    assert InboundMessage.objects.get(pk=event.message_id).envelope_recipient == ""


def test_old_events_are_still_found_by_who_has_the_address(ann, settings, client):
    settings.EVENT_RETENTION_DAYS = 1
    assert sum(forget_old_events()) == 1
    client.force_login(make_user("Marketer"))
    page = client.get(reverse("address"), {"address": ANN}).content.decode()
    assert "The mailbox does not exist." in page
    listed = client.get(reverse("admin:bounces_bounceevent_changelist"), {"q": ANN})
    assert "userunknown" in listed.content.decode()


def test_no_retention_keeps_addresses(ann, settings):
    settings.EVENT_RETENTION_DAYS = 0
    assert sum(forget_old_events()) == 0


def test_admins_download_and_erase_on_the_address_page(ann, client):
    client.force_login(make_user("Admin"))
    page = reverse("address") + f"?address={ANN}"
    assert "Erase it…" in client.get(page).content.decode()
    answer = client.get(reverse("export_person"), {"address": ANN})
    assert zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist()[0] == "data.json"

    url = reverse("erase_person") + f"?address={ANN}"
    assert "This cannot be undone" in client.get(url).content.decode()
    said = client.post(url, {"why": "She asked.", "typed": "bob@example.net"}).content.decode()
    assert f"It is {ANN}." in said
    said = client.post(url, {"why": f"{ANN} asked.", "typed": ANN}).content.decode()
    assert "Do not write the address" in said
    assert Subscriber.objects.exists()
    client.post(url, {"why": "She asked.", "typed": "Ann@Example.net", "keep_from_mail": "on"})
    assert not Subscriber.objects.exists()
    assert "It is not mailed: it is suppressed." in client.get(page).content.decode()


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_nobody_else_does(ann, client, role):
    client.force_login(make_user(role))
    assert "Erase it…" not in client.get(reverse("address"), {"address": ANN}).content.decode()
    for name in ("export_person", "erase_person"):
        assert client.get(reverse(name), {"address": ANN}).status_code == 403
    url = reverse("erase_person") + f"?address={ANN}"
    assert client.post(url, {"why": "x", "typed": ANN}).status_code == 403


def test_the_commands_do_the_same(ann, tmp_path, capsys):
    target = tmp_path / "ann.zip"
    call_command("export_person", "Ann@example.net", str(target))
    assert zipfile.is_zipfile(target)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_person", ANN, str(target))
    with pytest.raises(CommandError, match="is no address"):
        call_command("erase_person", "nobody", "--why", "x")
    with pytest.raises(CommandError, match="Do not write the address"):
        call_command("erase_person", ANN, "--why", f"{ANN} asked")
    call_command("erase_person", ANN, "--why", "Asked by letter.")
    assert "erased" in capsys.readouterr().out
    assert "ann@" not in everything_kept()
