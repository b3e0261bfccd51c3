"""One person's data in the lists: at hand, and forgotten without letting them be mailed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lists.models import (
    PolicyDryRun,
    RefusedRow,
    RefusedSendRow,
    SentMessage,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionLog,
)
from lists.outgoing import forgetting as outgoing
from lists.pseudonyms import forms, is_pseudonym, pseudonym
from lists.suppressing import SuppressionWish, suppress

# The reason of a suppression that exists only so that an erased person is not mailed again.
ERASED = "erased"


def data_of(address: str) -> dict[str, object]:
    """All that the lists know of a canonical `address`, as plain values by table."""
    known_as = list(forms([address]))
    suppressions = Suppression.objects.filter(address__in=known_as)
    return {
        "subscriber": list(
            Subscriber.objects.filter(canonical=address).values("address", "created_at")
        ),
        "subscriptions": list(
            Subscription.objects.filter(subscriber__canonical=address).values(
                "mailing_list__name",
                "status",
                "hard_bounces",
                "soft_score",
                "last_bounce_at",
                "unsuppressed_at",
                "created_at",
            )
        ),
        "messages sent": list(
            SentMessage.objects.filter(subscriber__canonical=address).values(
                "campaign__name", "sent_at", "digest"
            )
        ),
        "suppressions": list(
            suppressions.order_by("pk").values(
                "scope",
                "stream",
                "mailing_list__name",
                "cause",
                "reason",
                "since",
                "until",
                "lifted_at",
                "evidence",
            )
        ),
        "suppression log": list(
            SuppressionLog.objects.filter(address__in=known_as)
            .order_by("pk")
            .values("at", "what", "reach", "actor", "why", "evidence")
        ),
    }


@transaction.atomic
def erase(address: str, actor: str, why: str, *, keep_from_mail: bool) -> None:
    """Forget a canonical `address`: suppressions and log go on under its pseudonym.

    With `keep_from_mail` it is suppressed everywhere from now on; else only as far as it was.
    ValidationError where `why` says nothing, or names the address: the log keeps it.
    """
    if not why.strip():
        raise ValidationError(_("Say why: the log keeps it."))
    if address.casefold() in why.casefold():
        raise ValidationError(_("Do not write the address: the log keeps the reason."))
    if keep_from_mail:
        reason = _("The person's data was erased.")
        wish = SuppressionWish(address, Suppression.Cause.MANUAL, reason, reason=ERASED)
        suppress([wish], actor)
    token = pseudonym(address)
    _forget_suppressions(address, token)
    _forget_log(address, token)
    _forget_what_quotes(address)
    outgoing.forget(address, token)
    Subscriber.objects.filter(canonical=address).delete()
    SuppressionLog.objects.create(
        address=token, what=SuppressionLog.What.ERASED, actor=actor, why=why.strip()[:500]
    )


def forgotten(addresses: Iterable[str]) -> set[str]:
    """Those of the canonical `addresses` that were erased and are kept from mail since.

    What comes about them later must not write them down again. Who was added anew is not among
    them.
    """
    if not Suppression.objects.forgotten().exists():
        return set()
    known_as = forms(addresses)
    tokens = [form for form in known_as if is_pseudonym(form)]
    held = Suppression.objects.active().filter(address__any_of=set(tokens))
    found = {known_as[token] for token in held.values_list("address", flat=True)}
    if found:
        again = Subscriber.objects.filter(canonical__in=found)
        found -= set(again.values_list("canonical", flat=True))
    return found


def _forget_suppressions(address: str, token: str) -> None:
    plain = Suppression.objects.filter(address=address)
    # Where the same is in force under the pseudonym already, one of the two is enough.
    columns = ("scope", "stream", "mailing_list_id")
    held = set(Suppression.objects.filter(address=token, lifted_at=None).values_list(*columns))
    for row in plain.filter(lifted_at=None):
        if (row.scope, row.stream, row.mailing_list_id) in held:
            row.delete()
    plain.update(address=token, domain="")


def _forget_what_quotes(address: str) -> None:
    """Refused rows and results of dry runs: for looking at once, and they may name anybody."""
    for refused in (RefusedRow, RefusedSendRow):
        refused.objects.filter(text__icontains=address).delete()
    for dry_run in PolicyDryRun.objects.only("result").iterator():
        if any(named == address for named, _now, _then in dry_run.result.get("named", ())):
            dry_run.delete()


def _forget_log(address: str, token: str) -> None:
    """Its trigger lets an address become its pseudonym, and the text change with it; no more."""
    named = re.compile(re.escape(address), re.IGNORECASE)
    for entry in SuppressionLog.objects.filter(address=address):
        why = named.sub(_("(address)"), entry.why)
        SuppressionLog.objects.filter(pk=entry.pk).update(address=token, why=why)
