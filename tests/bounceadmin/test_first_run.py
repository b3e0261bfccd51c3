"""An empty installation leads to one that works."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bounceadmin.first_run import first_run
from bounces.models import InboundMessage
from diagnostics.models import DiagnosticRun, Probe
from lists.counting import Count, add
from tests.factories import NOW, make_campaign, make_list, make_message, make_user

pytestmark = pytest.mark.django_db


def states() -> dict[str, bool]:
    return {step.name: step.done for step in first_run().steps}


def test_at_first_nothing_is_done():
    assert set(states().values()) == {False}
    assert first_run().next.name == "list"


def test_each_step_is_done_by_what_it_asks_for():
    mailing_list = make_list()
    assert first_run().next.name == "campaign"
    campaign = make_campaign(mailing_list=mailing_list)
    assert first_run().lacks.name == "road"
    make_message(source=InboundMessage.Source.PIPE)
    assert first_run().lacks.name == "sends"
    add([Count(campaign.pk, NOW.date(), "example.net", "sent", 10)])
    assert first_run().works
    assert states() == {
        "list": True,
        "campaign": True,
        "dns": False,
        "road": True,
        "sends": True,
        "round-trip": False,
    }


@pytest.mark.parametrize(
    ("fields", "good", "news"),
    [
        ({"state": "running"}, False, "The check is running."),
        ({"state": "done"}, True, "The check is content."),
        ({"state": "done", "warnings": 1}, True, "The check is content."),
        ({"state": "done", "problems": 1}, False, "The check found something to mend."),
        ({"state": "done", "unchecked": 1}, False, "The check found something to mend."),
    ],
)
def test_dns_is_done_when_the_last_check_is_content(fields, good, news):
    campaign = make_campaign()
    DiagnosticRun.objects.create(
        plan_name="checkup",
        domain=campaign.mailing_list.bounce_domain,
        mailing_list=campaign.mailing_list,
        subject={},
        **fields,
    )
    step = next(step for step in first_run().steps if step.name == "dns")
    assert (step.done, step.news) == (good, news)


def test_a_probe_that_came_back_ends_the_round_trip():
    Probe.objects.create(campaign=make_campaign(), state=Probe.State.RETURNED)
    assert states()["round-trip"]


def test_the_page_shows_the_records_to_publish_and_leads_on(client):
    client.force_login(make_user("Admin"))
    assert reverse("start") in client.get(reverse("admin:index")).content.decode()
    assert "0 of 6 steps are done." in client.get(reverse("start")).content.decode()
    campaign = make_campaign()
    page = client.get(reverse("start")).content.decode()
    assert f"{campaign.mailing_list.bounce_domain}. IN MX" in page
    assert campaign.bounce_address in page
    assert "Check what is published" in page
    assert (
        "Next step of the set-up: Let the bounces in"
        in client.get(reverse("admin:index")).content.decode()
    )


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_only_those_who_may_set_up_see_it(client, role):
    client.force_login(make_user(role))
    assert client.get(reverse("start")).status_code == 403
    assert reverse("start") not in client.get(reverse("admin:index")).content.decode()


def test_looking_costs_few_queries(django_assert_max_num_queries):
    make_campaign()
    with django_assert_max_num_queries(10):
        first_run()
