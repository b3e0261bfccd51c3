"""What people do about lists is kept beside the charts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from lists.counted import Period
from lists.models import Note
from lists.noting import note, notes_of
from lists.pausing import pause, resume
from tests.factories import make_campaign, make_list

pytestmark = pytest.mark.django_db

PERIOD = Period.ending(datetime(2026, 11, 20, tzinfo=UTC).date(), 7)
IN, OUT = datetime(2026, 11, 20, 23, 59, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)


def test_a_list_shows_its_own_notes_those_of_its_campaigns_and_of_its_stream():
    campaign = make_campaign()
    mailing_list = campaign.mailing_list
    note("remark", "list", "olga", mailing_list=mailing_list, at=IN)
    note("remark", "campaign", "olga", campaign=campaign, at=IN)
    note("policy", "stream", "olga", stream="marketing", at=IN)
    note("policy", "other stream", "olga", stream="transactional", at=IN)
    note("remark", "other list", "olga", mailing_list=make_list(), at=IN)
    note("remark", "later", "olga", mailing_list=mailing_list, at=OUT)
    assert {n.text for n in notes_of(mailing_list, PERIOD)} == {"list", "campaign", "stream"}
    assert {n.text for n in notes_of(campaign, PERIOD)} == {"list", "campaign", "stream"}
    other = make_campaign(mailing_list=mailing_list)
    assert {n.text for n in notes_of(other, PERIOD)} == {"list", "stream"}


def test_a_campaign_is_paused_with_a_reason_and_resumed_once_each():
    campaign = make_campaign()
    pause(campaign, "olga", "outlook.com refuses us")
    pause(campaign, "otto", "too late")
    campaign.refresh_from_db()
    assert campaign.paused_at is not None
    resume(campaign, "olga")
    resume(campaign, "olga")
    campaign.refresh_from_db()
    assert campaign.paused_at is None
    found = Note.objects.order_by("pk").values_list("what", "actor", "text")
    assert list(found) == [
        ("paused", "olga", "outlook.com refuses us"),
        ("resumed", "olga", "It may be sent again."),
    ]


def test_a_pause_needs_a_reason():
    campaign = make_campaign()
    with pytest.raises(ValidationError, match="Say why"):
        pause(campaign, "olga", "  ")
    campaign.refresh_from_db()
    assert campaign.paused_at is None
