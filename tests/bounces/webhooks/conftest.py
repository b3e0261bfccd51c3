"""What tests of webhooks share."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from bounces.models import InboundMessage
from bounces.pipeline import process
from bounces.sources.webhooks import amazon
from tests.bounces.webhooks.services import CERTIFICATE_URL, certificate
from tests.factories import make_campaign


@pytest.fixture(autouse=True)
def amazon_answers(monkeypatch):
    """Amazon, at the edge of the internet: address -> body, or an error; and what was asked."""
    cache.clear()
    answers = {CERTIFICATE_URL: certificate()}
    asked = []

    def fetch(url):
        asked.append(url)
        answer = answers.get(url, amazon.AmazonAwayError("Amazon answered with status 404."))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(amazon, "fetch", fetch)
    answers["asked"] = asked
    yield answers
    cache.clear()


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def work_off():
    """Process everything that is pending."""
    return lambda: process(list(InboundMessage.objects.pending().values_list("pk", flat=True)))
