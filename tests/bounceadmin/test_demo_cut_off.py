"""A demo that was interrupted; in a file of its own, because the other tests share a whole one."""

from __future__ import annotations

import pytest

from bounceadmin.demo import filling
from bounces.models import BounceEvent, InboundMessage
from bounces.pipeline import process
from lists.models import CampaignDay


def do_all_work() -> bool:
    process(list(InboundMessage.objects.pending().values_list("pk", flat=True)))
    return True


@pytest.mark.django_db
def test_one_that_was_cut_off_is_completed_and_counts_nothing_twice():
    turns = iter([True] * 5)
    filling.fill(lambda line: None, lambda: next(turns, False) and do_all_work())
    begun = InboundMessage.objects.count()
    filling.fill(lambda line: None, do_all_work)
    assert 0 < begun < InboundMessage.objects.count()
    sums = [sum(row) for row in CampaignDay.objects.values_list("hard", "soft", "block")]
    assert sum(sums) == BounceEvent.objects.filter(kind="bounce", trust="verified").count()
