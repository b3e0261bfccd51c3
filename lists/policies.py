"""Which policy holds for which list, and giving a list its own."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from lists import jobs
from lists.models import ListPolicy, MailingList, Note, PolicyDryRun, StreamPolicy
from lists.noting import note
from lists.policy import Policy
from lists.policy_words import in_words

# The columns of the bands, which only a stream's policy has.
BANDS = ("attention_from", "poor_from", "critical_above", "enough_sent")


def policies_of(mailing_lists: Iterable[MailingList]) -> dict[int, Policy]:
    """The policy of each list by its id: its own, else its stream's. Two queries."""
    streams = {row.stream: row.rules for row in StreamPolicy.objects.all()}
    lists = list(mailing_lists)
    own = {
        row.mailing_list_id: row.rules
        for row in ListPolicy.objects.filter(mailing_list__in=[row.pk for row in lists])
    }
    return {row.pk: own.get(row.pk) or streams[row.stream] for row in lists}


def policy_of(mailing_list: MailingList) -> StreamPolicy | ListPolicy:
    """The row that decides for a list."""
    own = ListPolicy.objects.filter(mailing_list=mailing_list).first()
    return own or StreamPolicy.objects.get(stream=mailing_list.stream)


def governed_lists(policy: StreamPolicy | ListPolicy) -> list[MailingList]:
    """The lists that a policy decides for."""
    if isinstance(policy, ListPolicy):
        return [policy.mailing_list]
    return list(MailingList.objects.filter(stream=policy.stream, own_policy__isnull=True))


@transaction.atomic
def save(policy: StreamPolicy | ListPolicy, actor: str) -> None:
    """Save a changed policy, and note on its lists' charts what changed in words."""
    before = in_words(type(policy).objects.get(pk=policy.pk).rules)
    policy.save()
    changed = [text for text in in_words(policy.rules) if text not in before]
    if changed:
        about = (
            {"mailing_list": policy.mailing_list}
            if isinstance(policy, ListPolicy)
            else {"stream": policy.stream}
        )
        note(Note.What.POLICY, " ".join(changed), actor, **about)


def values_of(policy: StreamPolicy | ListPolicy) -> dict[str, object]:
    """All that is edited of a policy, bands too, fit for JSON."""
    bands = BANDS if isinstance(policy, StreamPolicy) else ()
    return {name: getattr(policy, name) for name in (*bands, *policy.RULES)}


def propose(policy: StreamPolicy | ListPolicy, actor: str) -> PolicyDryRun:
    """Begin to find out what an unsaved change of `policy` would have done."""
    saved = type(policy).objects.get(pk=policy.pk)
    dry_run = PolicyDryRun.objects.create(
        stream_policy=policy if isinstance(policy, StreamPolicy) else None,
        list_policy=policy if isinstance(policy, ListPolicy) else None,
        proposed={"before": values_of(saved), "after": values_of(policy)},
        created_by=actor,
    )
    jobs.start(dry_run)
    return dry_run


def take_over(policy: StreamPolicy | ListPolicy, dry_run: PolicyDryRun) -> None:
    """Set on `policy` what a dry run proposed; the caller saves it."""
    for name, value in dry_run.proposed["after"].items():
        setattr(policy, name, value)


def proposed_rules(dry_run: PolicyDryRun) -> Policy:
    """The rules that a dry run tries."""
    policy = dry_run.policy
    trial = type(policy)()
    take_over(trial, dry_run)
    return trial.rules


def is_outdated(dry_run: PolicyDryRun) -> bool:
    """Whether the policy was changed since, so that the result says nothing any more."""
    return values_of(dry_run.policy) != dry_run.proposed["before"]


@transaction.atomic
def give_own_policy(mailing_list: MailingList) -> ListPolicy:
    """Make a list's own policy, which begins as a copy of its stream's; or the one it has."""
    stream = StreamPolicy.objects.get(stream=mailing_list.stream)
    own, _made = ListPolicy.objects.get_or_create(
        mailing_list=mailing_list, defaults=stream.rule_values()
    )
    return own


def follow_stream(mailing_list: MailingList) -> None:
    """Drop a list's own policy, so that its stream's decides again."""
    ListPolicy.objects.filter(mailing_list=mailing_list).delete()
