"""A probe's way: asked for, sent, back or lost. The row is the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from diagnostics.checks.sentences import Sentence, as_data
from diagnostics.models import Probe, ProbeSchedule
from diagnostics.probing import relay
from diagnostics.probing.letter import Letter, compose, new_letter
from diagnostics.waking import wake
from lists import tidying
from lists.models import Campaign

MAX_ATTEMPTS = 3
# Workers were told this long ago and have not taken it: tell them again.
OVERDUE = timedelta(minutes=1)
KEPT = timedelta(days=90)


class CannotProbeError(Exception):
    """No probe can be sent; the sentence says what to set."""


@transaction.atomic
def request_probe(
    campaign: Campaign,
    *,
    by: AbstractBaseUser | None = None,
    schedule: ProbeSchedule | None = None,
) -> Probe:
    """Write down that a probe of `campaign` is to be sent, and wake a worker.

    Raises `CannotProbeError`.
    """
    if not relay.is_configured():
        raise CannotProbeError(
            "No relay is set: set PROBE_RELAY_HOST to the host that you send with."
        )
    try:
        letter = new_letter(campaign)
    except ValueError as error:
        raise CannotProbeError(
            "PROBE_RECIPIENT_DOMAIN is too long for a signed bounce address: set a shorter one."
        ) from error
    probe = Probe.objects.create(
        campaign=campaign,
        schedule=schedule,
        domain=campaign.mailing_list.bounce_domain,
        recipient=letter.recipient,
        return_path=letter.return_path,
        message_id=letter.message_id,
        requested_by=by,
        wait_minutes=schedule.wait_minutes if schedule else 30,
    )
    wake("send_probe", probe.pk)
    return probe


def letter_of(probe: Probe) -> Letter:
    """What is sent."""
    return Letter(probe.recipient, probe.return_path, probe.message_id)


def send(probe_id: int) -> None:
    """Send the probe, if it is still to be sent and nobody is at it.

    The claim is committed first. A worker that dies after the relay took the message leaves a
    claim that runs out, and it is sent again with the same Message-ID: both bounces are the same
    probe's.
    """
    probe = _claim(probe_id)
    if probe is None:
        return
    message = compose(letter_of(probe), probe.campaign.mailing_list.header_from, timezone.now())
    try:
        said = relay.hand_over(message, probe.return_path, probe.recipient)
    except relay.RelayError as error:
        _not_sent(probe, error.why, is_passing=error.is_passing)
        return
    now = timezone.now()
    # The bounce may have come already: then only the leg is filled in.
    Probe.objects.filter(pk=probe.pk).update(handed_at=now, relay_reply=said, claimed_at=None)
    Probe.objects.filter(pk=probe.pk, state=Probe.State.SENDING).update(state=Probe.State.SENT)


def _claim(probe_id: int) -> Probe | None:
    with transaction.atomic():
        free = Probe.objects.to_send().filter(pk=probe_id).select_related("campaign__mailing_list")
        probe = free.select_for_update(skip_locked=True, of=("self",)).first()
        if probe is None:
            return None
        probe.attempts += 1
        probe.state, probe.claimed_at = Probe.State.SENDING, timezone.now()
        probe.save(update_fields=["attempts", "state", "claimed_at"])
    return probe


@transaction.atomic
def _not_sent(probe: Probe, why: Sentence, *, is_passing: bool) -> None:
    again = is_passing and probe.attempts < MAX_ATTEMPTS
    Probe.objects.filter(pk=probe.pk, state=Probe.State.SENDING).update(
        state=Probe.State.PENDING if again else Probe.State.FAILED,
        claimed_at=None,
        queued_at=timezone.now(),
        error=why,
        error_said=as_data(why),
    )


@transaction.atomic
def came_back(probe_id: int, bounce_id: int, received_at: datetime, *, is_delay: bool) -> None:
    """Keep that the bounce of a probe (or a notice that it is delayed) came in."""
    probe = Probe.objects.select_for_update(of=("self",)).get(pk=probe_id)
    if is_delay:
        probe.delayed_at = probe.delayed_at or received_at
        probe.save(update_fields=["delayed_at"])
        return
    if probe.state == Probe.State.RETURNED:
        return
    probe.state = Probe.State.RETURNED
    probe.bounce_id = bounce_id
    probe.returned_at, probe.understood_at = received_at, timezone.now()
    probe.save()


def sweep() -> None:
    """Announce what is still to be sent, and give up what did not come back in time."""
    now = timezone.now()
    waiting = Probe.objects.to_send().filter(queued_at__lte=now - OVERDUE)
    ids = list(waiting.order_by("id").values_list("id", flat=True)[:100])
    Probe.objects.filter(pk__in=ids).update(queued_at=now)
    for pk in ids:
        wake("send_probe", pk)
    on_their_way = Probe.objects.filter(state=Probe.State.SENT).order_by("id")[:1000]
    late = [probe.pk for probe in on_their_way if probe.deadline < now]
    Probe.objects.filter(pk__in=late, state=Probe.State.SENT).update(state=Probe.State.LOST)


def release_claims() -> int:
    """Let probes be sent again that a worker which is no more was sending."""
    return Probe.objects.filter(state=Probe.State.SENDING).update(
        state=Probe.State.PENDING, claimed_at=None
    )


def delete_old() -> Iterator[int]:
    """Delete probes that ended long ago; yield how many."""
    return tidying.delete(Probe.objects.ended().filter(created_at__lt=timezone.now() - KEPT))
