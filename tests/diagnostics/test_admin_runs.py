"""The pages of diagnoses: who may ask, what is shown while one runs and when it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics import running, showing
from diagnostics.models import DiagnosticRun
from diagnostics.subject import Subject
from lists.counting import Count, add
from tests.diagnostics.zones import BROKEN, GOOD, tools
from tests.factories import make_campaign, make_list, make_run, make_user

pytestmark = pytest.mark.django_db
START = "admin:diagnostics_diagnosticrun_start"


@pytest.fixture
def row():
    found = make_list(
        name="Weekly", header_from="n@example.com", sending_ips="192.0.2.25", dkim_selectors="s1"
    )
    make_campaign(mailing_list=found)
    return found


def finished(about, zones=GOOD, plan="checkup", **changes) -> DiagnosticRun:
    run = running.work(make_run(about, plan=plan).pk, with_tools=tools(zones))
    DiagnosticRun.objects.filter(pk=run.pk).update(**changes)
    run.refresh_from_db()
    return run


def url_of(run: DiagnosticRun) -> str:
    return reverse("admin:diagnostics_diagnosticrun_change", args=[run.pk])


def test_an_operator_runs_diagnostics_with_one_button(row, client):
    user = make_user("Operator")
    client.force_login(user)
    page = client.get(reverse("admin:lists_mailinglist_change", args=[row.pk]))
    assert b"Run diagnostics" in page.content

    answer = client.post(reverse(START), {"about": f"list:{row.pk}", "plan": "checkup"})

    run = DiagnosticRun.objects.get()
    assert answer.url == url_of(run)
    assert (run.mailing_list, run.requested_by, run.state) == (row, user, "pending")
    assert b"Waiting for a worker" in client.get(answer.url).content


def test_a_marketer_sees_results_but_may_not_ask(row, client):
    run = finished(row)
    client.force_login(make_user("Marketer"))
    assert client.get(url_of(run)).status_code == 200
    assert b"Run it again" not in client.get(url_of(run)).content
    assert client.get(reverse(START)).status_code == 403
    assert client.post(reverse(START), {"about": f"list:{row.pk}"}).status_code == 403


@pytest.mark.parametrize("about", ["list:999999", "domain:stranger.example", "campaign:x", "", "!"])
def test_what_is_not_there_cannot_be_asked_about(row, client, about):
    client.force_login(make_user("Operator"))
    page = client.post(reverse(START), {"about": about, "plan": "checkup"})
    assert page.status_code == 200
    assert not DiagnosticRun.objects.exists()


def test_a_bounce_domain_and_a_campaign_can_be_asked_about(row, client):
    client.force_login(make_user("Operator"))
    campaign = row.campaigns.get()
    for about in (f"campaign:{campaign.pk}", "domain:bounces.example.com"):
        client.get(reverse(START), {"about": about})
        client.post(reverse(START), {"about": about, "plan": "loop"})
    assert [run.about for run in DiagnosticRun.objects.order_by("pk")] == [
        campaign.name,
        "bounces.example.com",
    ]


def test_internal_addresses_are_offered_only_with_setting_and_permission(row, client, settings):
    data = {"about": f"list:{row.pk}", "plan": "checkup", "reach_internal": "on"}
    settings.DIAGNOSTICS_ALLOWED_NETWORKS = ["10.0.0.0/8"]
    client.force_login(make_user("Operator"))
    assert b"reach_internal" not in client.get(reverse(START)).content
    client.post(reverse(START), data)
    assert not DiagnosticRun.objects.get().reach_internal

    client.force_login(make_user("Admin"))
    assert b"10.0.0.0/8" in client.get(reverse(START)).content
    client.post(reverse(START), data)
    assert DiagnosticRun.objects.first().reach_internal


def test_progress_is_told_until_the_end(row, client):
    run = make_run(row)
    client.force_login(make_user("Marketer"))
    url = reverse("admin:diagnostics_diagnosticrun_progress", args=[run.pk])
    answer = client.get(url)
    assert answer["X-Finished"] == "no"
    assert "no-store" in answer["Cache-Control"]
    assert b"SPF" in answer.content
    running.work(run.pk, with_tools=tools())
    assert client.get(url)["X-Finished"] == "yes"
    assert client.get(url.replace(str(run.pk), "999999")).status_code == 404


def test_without_script_the_page_refreshes_itself(row, client):
    run = make_run(row)
    client.force_login(make_user("Marketer"))
    assert b'<noscript><meta http-equiv="refresh"' in client.get(url_of(run)).content
    running.work(run.pk, with_tools=tools())
    assert b'http-equiv="refresh"' not in client.get(url_of(run)).content


def test_the_page_says_what_broke_and_what_to_publish(row, client, django_assert_max_num_queries):
    finished(row, created_at=timezone.now() - timedelta(days=1))
    run = finished(row, BROKEN)
    client.force_login(make_user("Marketer"))
    with django_assert_max_num_queries(20):
        page = client.get(url_of(run)).content.decode()
    assert "Since yesterday" in page
    assert "SPF broke: in order before, to mend now." in page
    assert "bounces.example.com. TXT" in page
    # What to mend comes before what is in order.
    assert page.index('id="group-problem"') < page.index('id="group-ok"')


def test_the_tree_shows_which_term_let_which_address_pass(row):
    run = finished(row)
    spf = showing.page(run).spf
    by_term = {node["term"]: node for node in spf["tree"]["children"]}
    assert by_term["ip4:192.0.2.25"]["matched"] == [{"ip": "192.0.2.25", "result": "pass"}]
    assert by_term["include:_spf.example.net"]["lookups"] == 1
    assert by_term["include:_spf.example.net"]["children"][0]["term"] == "ip4:198.51.100.0/24"
    assert spf["results"][0]["result"] == "pass"


def test_the_tree_follows_a_match_into_an_include(row):
    row.sending_ips = "198.51.100.7"
    row.save()
    spf = showing.page(finished(row)).spf
    include = next(n for n in spf["tree"]["children"] if n["term"].startswith("include"))
    assert include["matched"][0]["ip"] == "198.51.100.7"
    assert include["children"][0]["matched"] == [{"ip": "198.51.100.7", "result": "pass"}]


def test_strangers_words_are_shown_as_text(row, client):
    zones = GOOD | {"bounces.example.com": {"TXT": ["v=spf1 <script>alert(1)</script> -all"]}}
    client.force_login(make_user("Marketer"))
    page = client.get(url_of(finished(row, zones))).content
    assert b"<script>alert" not in page
    assert b"&lt;script&gt;" in page


def test_a_scenario_ends_in_ranked_causes(row, client):
    run = finished(row, BROKEN, plan="no-bounces")
    assert run.verdict == "The bounce domain's MX leads nowhere."
    client.force_login(make_user("Marketer"))
    page = client.get(url_of(run)).content.decode()
    assert "the likeliest first" in page
    assert run.verdict.replace("'", "&#x27;") in page


def test_a_failed_run_says_why(row, client):
    run = finished(row, state="failed", error="Given up.")
    client.force_login(make_user("Marketer"))
    assert b"Given up." in client.get(url_of(run)).content


def test_the_list_of_runs_costs_the_same_however_many_there_are(
    row, client, django_assert_max_num_queries
):
    for _ in range(6):
        finished(row)
    client.force_login(make_user("Marketer"))
    url = reverse("admin:diagnostics_diagnosticrun_changelist")
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert b"Check everything" in page.content
    # The subject as it is kept holds signed addresses, which are nobody's business here.
    assert b"bounces+ann" not in page.content
    assert client.get(url, {"plan": "loop"}).status_code == 200


def test_a_kept_subject_of_an_older_version_is_no_trap():
    assert Subject.from_data({"domain": "x.example"}).sending_ips == ()


def test_a_list_in_a_bad_band_is_offered_the_question_that_fits(row, client):
    today = timezone.now().date()
    campaign = row.campaigns.get()
    add(
        [
            Count(campaign.pk, today, "big.example", "sent", 1000),
            Count(campaign.pk, today, "big.example", "block", 300, "blocked"),
        ]
    )
    client.force_login(make_user("Operator"))
    page = client.get(reverse("admin:lists_mailinglist_change", args=[row.pk])).content
    assert b"Find the cause" in page
    assert b'name="plan" value="everything-bounces"' in page
