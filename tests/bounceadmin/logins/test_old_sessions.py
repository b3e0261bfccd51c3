"""Sessions that have run out do not pile up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from bounceadmin.tasks import delete_old_sessions


@pytest.mark.django_db
def test_those_that_have_run_out_are_deleted_and_others_stay():
    for _ in range(2):
        SessionStore().create()
    old = Session.objects.first()
    Session.objects.filter(pk=old.pk).update(expire_date=timezone.now() - timedelta(days=1))
    delete_old_sessions()
    assert Session.objects.count() == 1
    assert not Session.objects.filter(pk=old.pk).exists()
