"""Pausing a campaign: a flag that people and sending applications see."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lists.models import Campaign, Note
from lists.noting import note


@transaction.atomic
def pause(campaign: Campaign, actor: str, why: str) -> None:
    """Mark `campaign` as not to be sent for now, and note why. ValidationError without a `why`."""
    if not why.strip():
        raise ValidationError(_("Say why: the others will ask."))
    paused = Campaign.objects.filter(pk=campaign.pk, paused_at=None)
    if paused.update(paused_at=timezone.now()):
        note(Note.What.PAUSED, why.strip(), actor, campaign=campaign)


@transaction.atomic
def resume(campaign: Campaign, actor: str) -> None:
    """Let `campaign` be sent again, and note it."""
    if Campaign.objects.filter(pk=campaign.pk, paused_at__isnull=False).update(paused_at=None):
        note(Note.What.RESUMED, _("It may be sent again."), actor, campaign=campaign)
