"""Every error is a problem document."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from bounceadmin.api import lists
from tests.bounceadmin.api.test_tokens import problem
from tests.factories import make_list


def test_an_address_that_is_not_there(app):
    assert problem(app.get("/nonsense"), 404) == "not-found"
    assert problem(app.get("/lists/1"), 404) == "not-found"
    assert problem(app.client.get("/api/v2/lists"), 404) == "not-found"


def test_a_method_that_an_address_does_not_take(app):
    answer = app.client.delete("/api/v1/lists")
    assert problem(answer, 405) == "method-not-allowed"
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_body_that_is_no_json(app):
    answer = app.client.post("/api/v1/lists", b"{", "application/json", headers=app._headers())
    assert problem(answer, 400) == "bad-request"


def test_a_body_that_is_too_large(app, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert problem(app.post("/lists", {"name": "x" * 200}), 413) in (
        "content-too-large",
        "request-entity-too-large",
    )


def test_values_that_are_not_valid_are_named(app):
    answer = app.post("/lists", {"name": "", "header_from": 5, "colour": "red"})
    assert problem(answer, 422) == "invalid"
    where = {error["where"] for error in answer.json()["errors"]}
    assert where == {
        "body.name", "body.header_from", "body.bounce_domain", "body.colour",
    }  # fmt: skip


def test_what_the_row_itself_refuses_is_named(app):
    body = {"name": "News", "header_from": "nobody", "bounce_domain": "no domain"}
    answer = app.post("/lists", body)
    assert problem(answer, 422) == "invalid"
    where = {error["where"] for error in answer.json()["errors"]}
    assert where == {"header_from", "bounce_domain"}


def test_what_is_there_already_is_a_conflict(app):
    make_list(name="News")
    body = {"name": "News", "header_from": "a@example.com", "bounce_domain": "b.example.com"}
    assert problem(app.post("/lists", body), 409) == "exists"


@pytest.mark.parametrize("text", ["\x00", "a\x00b"])
def test_nul_is_no_text(app, text):
    assert problem(app.post("/lists", {"name": text, "header_from": "a@example.com",
                                       "bounce_domain": "b.example.com"}), 422)  # fmt: skip
    assert problem(app.get("/events", reason=text), 422)


def test_a_crash_is_logged_and_tells_nothing(app, monkeypatch, caplog):
    def crash(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(lists.paging, "by_id", crash)
    answer = app.get("/lists")
    assert problem(answer, 500) == "internal-server-error"
    assert "secret" not in answer.content.decode()
    assert "secret detail" in caplog.text


def test_a_database_that_is_away_is_worth_another_try(app, monkeypatch):
    def go(*args, **kwargs):
        raise OperationalError("secret detail")

    monkeypatch.setattr(lists.paging, "by_id", go)
    answer = app.get("/lists")
    assert problem(answer, 503) == "service-unavailable"
    assert answer["Retry-After"] == "30"
    assert "secret" not in answer.content.decode()


def test_a_host_that_is_not_ours(db):
    answer = Client(raise_request_exception=False).get("/api/v1/lists", headers={"host": "evil"})
    assert problem(answer, 400) == "bad-request"


def test_pages_for_people_keep_their_errors(client, db):
    assert "problem" not in client.get("/nonsense")["Content-Type"]


def test_a_misspelled_filter_does_not_answer_with_everything(app):
    answer = app.get("/events", adress="ann@example.net")
    assert problem(answer, 422) == "invalid"
    assert answer.json()["errors"][0]["where"] == "query.adress"
    assert "address" in answer.json()["detail"]
