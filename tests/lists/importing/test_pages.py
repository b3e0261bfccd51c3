"""Handing in a file: it is counted, looked at, read otherwise, carried out or cancelled."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lists.importing import running
from lists.models import ImportChunk, Suppression, SuppressionImport
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_list, make_user

pytestmark = pytest.mark.django_db
NEW = "admin:lists_suppressionimport_new"
BOUNCES = b"status,reason,email,created\n5.1.1,unknown,ann@example.net,1443651125\n,,nobody,\n"


@pytest.fixture
def operator(client):
    client.force_login(make_user("Operator"))
    return client


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    """Does at once what it is told of."""

    def work(task, arguments):
        assert task == "lists.tasks.run_suppression_import"
        running.run(*arguments)

    monkeypatch.setattr("lists.announcing._send", work)
    monkeypatch.setattr("lists.announcing.transaction.on_commit", lambda call: call())


def hand_in(client, data=BOUNCES, name="bounces.csv", **form):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse(NEW), {"file": file, "scope": "global"} | form)


def reading(**changes):
    return {"format": "sendgrid-bounces", "scope": "global"} | changes


def test_a_file_is_counted_shown_and_carried_out(operator):
    page = hand_in(operator).url
    text = operator.get(page).content.decode()
    assert "Counted. Nothing is changed yet." in text
    assert "Suppress 1 address" in text
    assert "ann@example.net" in text
    assert not Suppression.objects.exists()

    operator.post(page, reading(carry_out=""))
    assert Suppression.objects.get().cause == "hard"
    assert "1 address is suppressed now." in operator.get(page).content.decode()


def test_another_format_is_counted_before_it_is_carried_out(operator):
    page = hand_in(operator).url
    operator.post(page, reading(format="sendgrid-blocks", carry_out=""))
    job = SuppressionImport.objects.get()
    assert (job.state, job.made, job.passed) == ("waiting", 0, 2)
    assert not Suppression.objects.exists()


def test_a_file_like_no_other_asks_for_its_columns(operator):
    page = hand_in(operator, b"Who;Why\nann@example.net;complaint\n", "mine.csv").url
    assert "How is this file to be read?" in operator.get(page).content.decode()
    wrong = operator.post(page, reading(format="columns", count=""))
    assert "Say which column has the addresses." in wrong.content.decode()
    operator.post(page, reading(format="columns", address="who", cause="why", count=""))
    operator.post(page, reading(format="columns", address="who", cause="why", carry_out=""))
    assert Suppression.objects.get().cause == "complaint"


def test_the_reach_can_be_changed_before_it_is_carried_out(operator):
    news = make_list()
    page = hand_in(operator).url
    operator.post(page, reading(scope="list", mailing_list=news.pk, carry_out=""))
    assert Suppression.objects.get().mailing_list == news


def test_a_cancelled_import_leaves_nothing(operator):
    page = hand_in(operator).url
    operator.post(page, {"cancel": ""})
    assert "The import was cancelled." in operator.get(page).content.decode()
    assert not ImportChunk.objects.exists()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"\n", "The file is empty."), (b"PK\0\0", "This is no UTF-8 text.")],
)
def test_a_file_that_cannot_be_read_is_told_at_the_field(operator, data, said):
    assert said in hand_in(operator, data).content.decode()
    assert not SuppressionImport.objects.exists()


def test_a_file_that_is_too_large_is_told_at_the_field(operator, settings):
    settings.MAX_IMPORT_BYTES = 10
    assert "The file is larger than" in hand_in(operator).content.decode()


def test_the_refused_rows_are_downloaded_harmless_to_a_spreadsheet(operator):
    hand_in(operator, b"address,code,error,created_at\n=cmd(),550,x,\n", "x.csv")
    job = SuppressionImport.objects.get()
    page = reverse("admin:lists_suppressionimport_refused", args=[job.pk])
    text = operator.get(page).getvalue().decode()
    assert '1,This is no address.,"\'=cmd(),550,x,"' in text


def test_marketers_see_imports_and_start_none(client):
    client.force_login(make_user("Operator"))
    page = hand_in(client).url
    client.force_login(make_user("Marketer"))
    assert client.get(page).status_code == 200
    assert "carry_out" not in client.get(page).content.decode()
    assert client.post(page, reading(carry_out="")).status_code == 403
    assert client.get(reverse(NEW)).status_code == 403
    job = SuppressionImport.objects.get()
    refused = reverse("admin:lists_suppressionimport_refused", args=[job.pk])
    assert client.get(refused).status_code == 403
    assert client.get(reverse("admin:lists_suppression_export")).status_code == 403


def test_the_export_follows_the_filters_of_the_list(operator):
    suppress([SuppressionWish("ann@example.net", "hard", "x")], "policy")
    suppress([SuppressionWish("bob@example.org", "complaint", "x")], "policy")
    url = reverse("admin:lists_suppression_export")
    everything = operator.get(url).getvalue().decode()
    assert "ann@example.net" in everything
    assert "bob@example.org" in everything
    assert "ann@" not in operator.get(url, {"cause__exact": "complaint"}).getvalue().decode()
    assert "bob@" not in operator.get(url, {"q": "@example.net"}).getvalue().decode()
    listed = operator.get(reverse("admin:lists_suppression_changelist"), {"q": "@example.net"})
    assert f"{url}?q=%40example.net" in listed.content.decode()
