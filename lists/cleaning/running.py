"""The work of a cleaning: batches, each in one transaction, that can be killed at any line."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lists import jobs, suppressing
from lists.cleaning.candidates import KIND_NAMES, KINDS, candidates
from lists.jobs import Turn
from lists.models import Cleaned, Cleaning, MailingList, Note, Subscription
from lists.noting import note
from lists.suppressing import Removal

BATCH = 1000
State = Cleaning.State


def start(mailing_list: MailingList, kinds: Sequence[str], actor: str) -> Cleaning:
    """Let workers clean a list.

    ValidationError where no kind is chosen, nobody is of these kinds, or one is running.
    """
    kinds = [name for name in KIND_NAMES if name in kinds]
    if not kinds:
        raise ValidationError(_("Choose at least one kind of addresses."))
    expected = candidates(mailing_list, kinds).count()
    if not expected:
        raise ValidationError(_("No address of these kinds is on the list any more."))
    cleaning = Cleaning(
        mailing_list=mailing_list, kinds=",".join(kinds), total=expected, created_by=actor
    )
    _begin(cleaning)
    return cleaning


def undo(cleaning: Cleaning) -> None:
    """Let workers undo a cleaning. ValidationError where it cannot be."""
    with transaction.atomic():
        held = Cleaning.objects.select_for_update(of=("self",)).get(pk=cleaning.pk)
        if not held.can_be_undone:
            raise ValidationError(_("Only a finished cleaning can be undone, and only once."))
        if not held.is_undo:
            held.is_undo, held.total, held.done, held.cursor = True, held.done, 0, 0
        held.deaths = 0
        _begin(held)


def run(pk: int, seconds: float = jobs.TURN_SECONDS) -> None:
    """Give a cleaning or its undoing a turn."""
    jobs.run(Cleaning, pk, _work, seconds)


def _begin(cleaning: Cleaning) -> None:
    cleaning.state = State.PENDING
    try:
        with transaction.atomic():
            cleaning.save()
            jobs.start(cleaning)
    except IntegrityError:
        raise ValidationError(_("The list is being cleaned: wait until that is done.")) from None


def _work(cleaning: Cleaning, turn: Turn) -> bool:
    one_batch = _restore if cleaning.is_undo else _remove
    while one_batch(cleaning):
        if turn.is_over:
            return False
    _finish(cleaning)
    return True


@transaction.atomic
def _remove(cleaning: Cleaning) -> bool:
    kinds = cleaning.kinds.split(",")
    rows = list(
        candidates(cleaning.mailing_list, kinds)
        .filter(pk__gt=cleaning.cursor)
        .select_for_update(of=("self",))
        .select_related("subscriber", "mailing_list")
        .order_by("pk")[:BATCH]
    )
    if not rows:
        return False
    Cleaned.objects.bulk_create(
        [Cleaned(cleaning=cleaning, subscription=row, before=row.status) for row in rows]
    )
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=Subscription.Status.REMOVED
    )
    words = {kind.name: str(kind.label) for kind in KINDS}
    suppressing.log_removals(
        [
            Removal(row, _("The list was cleaned: %(kind)s.") % {"kind": words[row.kind].lower()})
            for row in rows
        ],
        cleaning.created_by,
    )
    _step(cleaning, rows[-1].pk, len(rows))
    return True


@transaction.atomic
def _restore(cleaning: Cleaning) -> bool:
    """Put back who is still removed: who has unsubscribed since stays away."""
    rows = list(
        cleaning.cleaned.filter(pk__gt=cleaning.cursor)
        .select_related("subscription__subscriber", "subscription__mailing_list")
        .order_by("pk")[:BATCH]
    )
    if not rows:
        return False
    removed = [row for row in rows if row.subscription.status == Subscription.Status.REMOVED]
    for row in removed:
        row.subscription.status = row.before
    Subscription.objects.bulk_update([row.subscription for row in removed], ["status"])
    suppressing.log_restorals(
        [Removal(row.subscription, _("The cleaning of the list was undone.")) for row in removed],
        cleaning.created_by,
    )
    _step(cleaning, rows[-1].pk, len(removed))
    return True


def _step(cleaning: Cleaning, cursor: int, number: int) -> None:
    cleaning.cursor = cursor
    cleaning.done += number
    jobs.step(cleaning, cursor=cursor, done=cleaning.done)


@transaction.atomic
def _finish(cleaning: Cleaning) -> None:
    """Note what was done, once: the job ends in the same transaction."""
    number = cleaning.done
    if cleaning.is_undo:
        text = ngettext("%(n)s address was put back.", "%(n)s addresses were put back.", number)
    else:
        text = ngettext("%(n)s address was taken off.", "%(n)s addresses were taken off.", number)
    note(
        Note.What.CLEANED,
        text % {"n": f"{number:,}"},
        cleaning.created_by,
        mailing_list=cleaning.mailing_list,
    )
    jobs.step(cleaning, state=State.DONE, finished_at=timezone.now())
