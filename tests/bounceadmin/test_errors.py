"""What a person sees where nothing can be shown: what is wrong, and what to do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from bounceadmin import views
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def failing(client: Client, monkeypatch):
    """Asks for a page that raises what it is given."""
    client.force_login(make_user("Admin"))
    client.raise_request_exception = False

    def ask(error: Exception):
        def fail(_address: str):
            raise error

        monkeypatch.setattr(views, "look_up", fail)
        return client.get(reverse("address") + "?address=ann@example.net")

    return ask


def test_a_wrong_address_says_what_may_have_become_of_it(client: Client):
    answer = client.get("/no/such/page")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_who_may_not_is_told_of_roles(client: Client):
    client.force_login(make_user("Marketer"))

    answer = client.get(reverse("start"))

    assert answer.status_code == 403
    assert "follows from its roles" in answer.content.decode()


def test_a_form_without_its_token_is_to_be_loaded_again(admin_user: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    answer = client.post(reverse("preferences"), {})

    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_a_host_name_that_is_not_allowed_is_named_as_the_cause(client: Client):
    answer = client.get("/admin/", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.content.decode()


def test_a_fault_gives_the_number_by_which_the_log_has_it(failing):
    answer = failing(RuntimeError("a secret"))

    assert answer.status_code == 500
    shown = answer.content.decode()
    assert answer["X-Request-ID"] in shown
    assert "secret" not in shown


def test_a_database_that_does_not_answer_is_no_fault_and_may_be_asked_again(failing):
    answer = failing(OperationalError("connection refused"))

    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "The database does not answer" in answer.content.decode()


def test_it_is_said_in_the_readers_language(client: Client):
    answer = client.get("/no/such/page", headers={"accept-language": "ja"})

    assert '<html lang="ja">' in answer.content.decode()
    assert "There is nothing" not in answer.content.decode()
