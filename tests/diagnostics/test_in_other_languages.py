"""What a diagnosis found, shown in the reader's language."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics import checking, words
from diagnostics.checks.sentences import Sentence
from diagnostics.models import Probe, RunFinding
from diagnostics.requesting import subject_of
from tests.diagnostics.test_admin_runs import finished, url_of
from tests.diagnostics.zones import BROKEN, GOOD, tools
from tests.factories import make_campaign, make_list, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return make_list(
        bounce_domain="bounces.example.com",
        header_from="news@example.com",
        sending_ips="192.0.2.25",
        dkim_selectors="s1",
    )


@pytest.fixture
def foreign(monkeypatch):
    """A language that sets every sentence in marks: one catalogue entry for each template."""
    monkeypatch.setattr(words, "gettext", lambda text: f"«{text}»")


@pytest.fixture
def reader(client):
    client.force_login(make_user("Operator"))
    return client


def test_a_kept_finding_is_shown_in_another_language(row, reader, foreign):
    run = finished(row, BROKEN)
    kept = run.findings.filter(status="problem").first()
    page = reader.get(url_of(run)).content.decode()
    assert kept.title in RunFinding.objects.values_list("title", flat=True)
    assert words.in_words(kept.texts["title"]).startswith("«")
    assert page.count("«") >= 3 * run.findings.count() - run.findings.filter(action="").count()


def test_a_finding_kept_without_its_sentences_shows_its_text(row, reader, foreign):
    run = finished(row, BROKEN)
    run.findings.update(said={}, title="An old finding.", evidence=[])
    assert "An old finding." in reader.get(url_of(run)).content.decode()


def test_the_ranked_causes_are_shown_in_another_language(row, reader, foreign):
    page = reader.get(url_of(finished(row, BROKEN, "no-bounces"))).content.decode()
    assert "«The bounce domain&#x27;s MX leads nowhere.»" in page


@pytest.mark.parametrize("zones", [GOOD, BROKEN, {}], ids=["good", "broken", "empty"])
@pytest.mark.parametrize("name", checking.CHECKS)
def test_every_text_of_a_finding_is_a_sentence(row, zones, name):
    subject = subject_of(make_campaign(mailing_list=row))
    for finding in checking.CHECKS[name](subject, tools(zones)).findings:
        assert isinstance(finding.title, Sentence), finding.title
        for text in (finding.meaning, finding.action):
            assert not text or isinstance(text, Sentence), text


def test_a_round_trip_says_why_it_failed_in_another_language(reader, foreign):
    probe = Probe.objects.create(
        campaign=make_campaign(),
        domain="bounces.example.com",
        recipient="probe-000000000000@example.net",
        return_path="b@bounces.example.com",
        message_id="probe-1@bounces.example.com",
        state=Probe.State.FAILED,
        error="The relay offers no STARTTLS.",
        error_said={"template": "The relay offers no STARTTLS.", "values": {}},
    )
    page = reader.get(reverse("admin:diagnostics_probe_change", args=[probe.pk]))
    assert "«The relay offers no STARTTLS.»" in page.content.decode()
