"""Which policy holds for which list, and giving a list its own."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from lists.models import ListPolicy, MailingList, StreamPolicy
from lists.policy import Policy


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
