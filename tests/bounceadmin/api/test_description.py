"""The description and its page come from here alone, and hold."""

from __future__ import annotations

import re

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from bounceadmin.api.root import api
from bounceadmin.wsgi import application
from tests.bounceadmin.api.conftest import make_token
from tests.factories import make_campaign, make_event, make_subscriber

SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
SCHEMA.app = application
OPERATIONS = {o.ok().label: o.ok() for o in SCHEMA.get_all_operations()}
# What a schema cannot say: that a text is a domain, that a number belongs to a row.
_BEYOND_SCHEMAS = ["positive_data_acceptance"]


@pytest.fixture
def _one_connection():
    """The requests go on with the test's own connection, and so see its rows."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_the_page_asks_no_other_host_and_has_no_script_in_it(client):
    page = client.get("/api/v1/docs").content.decode()
    assert not re.search(r"(src|href)=.(https?:)?//", page)
    for script in re.findall(r"<script(.*?)>(.*?)</script>", page, re.S):
        assert "src=" in script[0] or "application/json" in script[0]
    assert '"validatorUrl": null' in page
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert client.get(file).status_code == 200


def test_every_call_says_what_it_needs_and_how_it_fails(client):
    description = client.get("/api/v1/openapi.json").json()
    for path in description["paths"].values():
        for call in path.values():
            assert call["security"], call
            assert {"401", "403", "404", "422", "429"} <= call["responses"].keys()
            assert call["summary"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", OPERATIONS)
def test_schemathesis_finds_nothing(label, mode):
    operation = OPERATIONS[label]
    _, secret = make_token(requests_per_minute=1_000_000)
    campaign = make_campaign()
    make_subscriber("ann@example.net", campaign.mailing_list)
    make_event(campaign=campaign, address="ann@example.net")
    excluded = [check for check in CHECKS.get_all() if check.__name__ in _BEYOND_SCHEMAS]

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case):
        cache.clear()
        case.call_and_validate(
            headers={"Authorization": f"Bearer {secret}"}, excluded_checks=excluded
        )

    holds()
