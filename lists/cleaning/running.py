"""The work of a cleaning: batches, each in one transaction, that can be killed at any line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lists import suppressing
from lists.cleaning.candidates import KIND_NAMES, KINDS, candidates
from lists.models import Cleaned, Cleaning, MailingList, Note, Subscription
from lists.noting import note
from lists.suppressing import Removal

BATCH = 1000
# A worker that has not moved one on for this long is taken for dead.
STANDS = timedelta(minutes=2)


def start(mailing_list: MailingList, kinds: Sequence[str], actor: str) -> Cleaning:
    """Write down a cleaning that a worker then does.

    ValidationError where no kind is chosen, nobody is of these kinds, or one is running.
    """
    kinds = [name for name in KIND_NAMES if name in kinds]
    if not kinds:
        raise ValidationError(_("Choose at least one kind of addresses."))
    expected = candidates(mailing_list, kinds).count()
    if not expected:
        raise ValidationError(_("No address of these kinds is on the list any more."))
    try:
        with transaction.atomic():
            return Cleaning.objects.create(
                mailing_list=mailing_list, kinds=",".join(kinds), expected=expected, actor=actor
            )
    except IntegrityError:
        raise ValidationError(_("The list is being cleaned: wait until that is done.")) from None


def undo(cleaning: Cleaning) -> None:
    """Write down that a cleaning is to be undone. ValidationError where it cannot be."""
    try:
        with transaction.atomic():
            changed = Cleaning.objects.filter(pk=cleaning.pk, state=Cleaning.State.DONE).update(
                state=Cleaning.State.UNDOING, cursor=0, finished_at=None, moved_at=timezone.now()
            )
    except IntegrityError:
        raise ValidationError(_("The list is being cleaned: wait until that is done.")) from None
    if not changed:
        raise ValidationError(_("Only a finished cleaning can be undone, and only once."))


def go_on(cleaning_id: int) -> None:
    """Do what is left of a cleaning or its undoing. Safe to call twice and at once."""
    while _one_batch(cleaning_id):
        pass


def standing() -> list[int]:
    """Unfinished cleanings that nobody moves on: a worker died, or the broker forgot them."""
    rows = Cleaning.objects.unfinished().filter(moved_at__lte=timezone.now() - STANDS)
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def _one_batch(cleaning_id: int) -> bool:
    """Take one batch further; whether more is left. The lock lets one worker be at it."""
    cleaning = (
        Cleaning.objects.unfinished()
        .select_for_update(of=("self",))
        .select_related("mailing_list")
        .filter(pk=cleaning_id)
        .first()
    )
    if cleaning is None:
        return False
    step = _remove if cleaning.state == Cleaning.State.RUNNING else _restore
    more = step(cleaning)
    cleaning.moved_at = timezone.now()
    if not more:
        _finish(cleaning)
    cleaning.save()
    return more


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
        cleaning.actor,
    )
    cleaning.cursor = rows[-1].pk
    cleaning.removed += len(rows)
    return True


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
        cleaning.actor,
    )
    cleaning.cursor = rows[-1].pk
    cleaning.restored += len(removed)
    return True


def _finish(cleaning: Cleaning) -> None:
    undone = cleaning.state == Cleaning.State.UNDOING
    cleaning.state = Cleaning.State.UNDONE if undone else Cleaning.State.DONE
    cleaning.finished_at = timezone.now()
    if undone:
        number = cleaning.restored
        text = ngettext("%(n)s address was put back.", "%(n)s addresses were put back.", number)
    else:
        number = cleaning.removed
        text = ngettext("%(n)s address was taken off.", "%(n)s addresses were taken off.", number)
    note(
        Note.What.CLEANED,
        text % {"n": f"{number:,}"},
        cleaning.actor,
        mailing_list=cleaning.mailing_list,
    )
