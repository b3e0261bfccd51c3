"""A dry run says what a changed policy would have done, and does nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bounces import dry_run
from bounces.models import BounceEvent
from lists import policies
from lists.bouncing import Bounce, apply
from lists.models import (
    ListPolicy,
    Note,
    PolicyDryRun,
    StreamPolicy,
    Subscription,
    Suppression,
    SuppressionLog,
)
from lists.policy import Policy
from lists.replaying import Past, replay
from lists.suppressing import unsuppress
from tests.factories import make_campaign, make_event, make_subscriber, make_user, policy_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make_campaign()


def happened(campaign, address, *what, **fields):
    """A bounce of `address` on each of the last days, newest last."""
    for days_ago, category in zip(range(len(what), 0, -1), what, strict=True):
        complaint = category == "complaint"
        make_event(
            campaign=campaign,
            address=address,
            kind="complaint" if complaint else "bounce",
            category="" if complaint else category,
            reason="mailboxfull" if category == "soft" else "userunknown",
            occurred_at=timezone.now() - timedelta(days=days_ago),
            **fields,
        )


def proposed(mailing_list=None, **changes) -> PolicyDryRun:
    policy = (
        ListPolicy.objects.get(mailing_list=mailing_list)
        if mailing_list
        else StreamPolicy.objects.get(stream="marketing")
    )
    for name, value in changes.items():
        setattr(policy, name, value)
    return policies.propose(policy, "alice")


def worked_off(job: PolicyDryRun, seconds=5.0) -> PolicyDryRun:
    while job.is_at_work:
        dry_run.run(job.pk, seconds)
        job.refresh_from_db()
    return job


def test_it_tells_who_would_be_kept_away_now_and_then_by_cause(campaign):
    happened(campaign, "once@example.net", "hard")
    happened(campaign, "thrice@example.net", "hard", "hard", "hard")
    happened(campaign, "soft@example.net", *["soft"] * 6)
    happened(campaign, "blocked@example.net", "block", "block")
    happened(campaign, "angry@example.net", "complaint")
    job = worked_off(proposed(hard_suppress_at=2, hard_remove_at=4, soft_suppress_at=9))
    result = job.result
    assert job.state == "done"
    assert result["addresses"] == 5
    assert result["now"] == {"hard": 2, "soft": 1, "complaint": 1, "removed": 1}
    assert result["then"] == {"hard": 1, "complaint": 1}
    assert result["changes"] == {"hard>mailed": 1, "removed>hard": 1, "soft>mailed": 1}
    assert ["once@example.net", "hard", "mailed"] in result["named"]


def test_it_changes_nothing(campaign):
    happened(campaign, "ann@example.net", "hard")
    before = StreamPolicy.objects.get(stream="marketing").rules
    worked_off(proposed(hard_suppress_at=2))
    assert StreamPolicy.objects.get(stream="marketing").rules == before
    assert not Suppression.objects.exists()
    assert not SuppressionLog.objects.exists()


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_in_steps_it_comes_to_the_same(campaign, monkeypatch, seconds):
    monkeypatch.setattr(dry_run, "ADDRESSES_A_STEP", 2)
    for n in range(7):
        happened(campaign, f"p{n}@example.net", "hard", "soft")
    job = worked_off(proposed(hard_suppress_at=2), seconds)
    assert job.result["addresses"] == 7
    assert job.result["changes"] == {"hard>mailed": 7}
    assert (job.done, job.total) == (14, 14)


def test_it_looks_at_the_lists_of_the_policy_and_at_the_last_90_days(campaign):
    other = make_campaign()
    policies.give_own_policy(other.mailing_list)
    happened(other, "other@example.net", "hard")
    make_event(
        campaign=campaign,
        address="old@example.net",
        occurred_at=timezone.now() - timedelta(days=91),
    )
    assert worked_off(proposed(hard_suppress_at=2)).result["addresses"] == 0
    own = worked_off(proposed(other.mailing_list, hard_suppress_at=2))
    assert own.result["changes"] == {"hard>mailed": 1}


def test_what_nothing_proves_counts_as_each_policy_lets_it(campaign):
    make_subscriber("ann@example.net", campaign.mailing_list)
    for address in ("ann@example.net", "stranger@example.net"):
        happened(campaign, address, "hard", trust="unverified", proof="")
    job = worked_off(proposed(unverified="everything"))
    assert job.result["changes"] == {"mailed>hard": 1}
    job = worked_off(proposed(unverified="score", soft_suppress_at=1, soft_cool_off_days=0))
    assert job.result["changes"] == {"mailed>soft": 1}


def test_what_one_policy_accepted_another_need_not(campaign):
    StreamPolicy.objects.update(unverified="everything")
    make_subscriber("ann@example.net", campaign.mailing_list)
    happened(campaign, "ann@example.net", "hard", proof=BounceEvent.Proof.ACCEPTED)
    assert worked_off(proposed(unverified="nothing")).result["changes"] == {"hard>mailed": 1}


def test_an_address_that_was_unsuppressed_starts_afresh_on_probation(campaign):
    happened(campaign, "ann@example.net", "hard", "hard", "hard")
    SuppressionLog.objects.create(
        address="ann@example.net",
        what="unsuppressed",
        actor="olga",
        why="x",
        at=timezone.now() - timedelta(days=1, hours=12),
    )
    assert worked_off(proposed(probation_action="remove")).result["changes"] == {"hard>removed": 1}


def test_a_cool_off_that_is_over_keeps_nobody_away():
    now = timezone.now()
    pasts = [Past(now - timedelta(days=40), "soft", 1, "suspend")]
    policy = Policy(soft_suppress_at=2, soft_cool_off_days=30)
    assert not replay(policy, pasts, now).is_kept_away
    assert replay(Policy(soft_suppress_at=2, soft_cool_off_days=0), pasts, now).cause == "soft"


@pytest.mark.parametrize(
    "story",
    [
        ("hard",),
        ("soft",) * 6,
        ("soft", "hard", "soft", "complaint"),
        ("complaint", "hard", "hard", "hard"),
        ("hard", "unsuppressed", "soft", "soft"),
        ("hard", "hard", "unsuppressed", "hard"),
        ("block", "block"),
    ],
)
def test_a_replay_comes_to_what_really_happened(campaign, story):
    """The same story through the pipeline's own function and through the replay."""
    start = timezone.now() - timedelta(minutes=len(story))
    news = campaign.mailing_list
    pasts = []
    for number, what in enumerate(story):
        at = start + timedelta(minutes=number)
        pasts.append(Past(at, what, 0 if what == "unsuppressed" else news.pk, "mailboxfull"))
        if what == "unsuppressed":
            unsuppress(list(Suppression.objects.active()), "olga", "why")
            Subscription.objects.update(unsuppressed_at=at)
        else:
            apply([Bounce("ann@example.net", news.pk, what, "mailboxfull", at, f"e:{number}")])
    row = Suppression.objects.active().first()
    outcome = replay(StreamPolicy.objects.get(stream="marketing").rules, pasts, timezone.now())
    assert outcome.cause == (row.cause if row else "")
    assert outcome.removed == Subscription.objects.filter(status="removed").exists()


@pytest.fixture
def admin_client(client):
    client.force_login(make_user("Admin"))
    return client


def try_first(client, policy, **changes):
    url = reverse(f"admin:lists_{policy._meta.model_name}_change", args=[policy.pk])
    button = f"lists_{policy._meta.model_name}_try_first"
    return client.post(url, policy_form(policy, **changes) | {button: ""})


def test_an_admin_looks_first_and_saves_then(admin_client, campaign):
    happened(campaign, "ann@example.net", "hard")
    policy = StreamPolicy.objects.get(stream="marketing")
    page = try_first(admin_client, policy, hard_suppress_at=2).url
    assert "Going through the last bounces" in admin_client.get(page).content.decode()
    dry_run.run(PolicyDryRun.objects.get().pk)
    text = admin_client.get(page).content.decode()
    assert "For 1 address it would have made a difference." in text
    assert "Hard bounce number 2 suppresses the address" in text
    assert "ann@example.net" in text
    policy.refresh_from_db()
    assert policy.hard_suppress_at == 1

    admin_client.post(page)
    policy.refresh_from_db()
    assert policy.hard_suppress_at == 2
    note = Note.objects.get(what="policy")
    assert (note.stream, note.text[:20]) == ("marketing", "Hard bounce number 2")


def test_the_way_back_brings_what_was_typed(admin_client):
    policy = StreamPolicy.objects.get(stream="marketing")
    page = try_first(admin_client, policy, hard_remove_at=7, soft_points_suspend="9.5").url
    worked_off(PolicyDryRun.objects.get())
    text = admin_client.get(page).content.decode()
    back = reverse("admin:lists_streampolicy_change", args=[policy.pk]) + "?dry_run="
    assert back in text
    form = admin_client.get(f"{back}{PolicyDryRun.objects.get().pk}").content.decode()
    assert 'value="7"' in form
    assert 'value="9.5"' in form


def test_a_wrong_form_is_not_tried(admin_client):
    policy = StreamPolicy.objects.get(stream="marketing")
    answer = try_first(admin_client, policy, hard_suppress_at=9)
    assert "Removal cannot come before suppression." in answer.content.decode()
    assert not PolicyDryRun.objects.exists()


def test_a_result_about_a_policy_that_changed_since_is_not_saved(admin_client):
    policy = StreamPolicy.objects.get(stream="marketing")
    page = try_first(admin_client, policy, hard_remove_at=7).url
    worked_off(PolicyDryRun.objects.get())
    StreamPolicy.objects.update(hard_remove_at=5)
    assert "The policy was changed since." in admin_client.get(page).content.decode()
    admin_client.post(page)
    policy.refresh_from_db()
    assert policy.hard_remove_at == 5


def test_a_lists_own_policy_is_tried_too(admin_client, campaign):
    own = policies.give_own_policy(campaign.mailing_list)
    page = try_first(admin_client, own, hard_suppress_at=2).url
    worked_off(PolicyDryRun.objects.get())
    admin_client.post(page)
    own.refresh_from_db()
    assert own.hard_suppress_at == 2
    assert Note.objects.get().mailing_list == campaign.mailing_list


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_nobody_else_tries_policies(client, role):
    client.force_login(make_user(role))
    policy = StreamPolicy.objects.get(stream="marketing")
    assert try_first(client, policy, hard_suppress_at=2).status_code == 403
    page = reverse("admin:lists_streampolicy_dry_run", args=[proposed(hard_suppress_at=2).pk])
    assert client.get(page).status_code == 403
    assert client.post(page).status_code == 403


def test_what_the_recipients_servers_proved_counts_for_policies_that_believe_it(campaign):
    happened(campaign, "ann@example.net", "hard", proof="origin")
    StreamPolicy.objects.update(believe_origin=True)
    result = worked_off(proposed(believe_origin=False)).result
    assert (result["now"], result["then"]) == ({"hard": 1}, {})


def test_what_a_campaign_accepted_stays_accepted_under_every_policy(campaign):
    make_subscriber("ann@example.net", campaign.mailing_list)
    happened(campaign, "ann@example.net", "hard", proof="accepted")
    assert worked_off(proposed(hard_remove_at=4)).result["then"] == {}
    campaign.accepts_unverified = True
    campaign.save()
    assert worked_off(proposed(hard_remove_at=5)).result["then"] == {"hard": 1}
