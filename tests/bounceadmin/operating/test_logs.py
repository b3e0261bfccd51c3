"""What a log line says, and what it keeps to itself."""

from __future__ import annotations

import json
import logging
import queue

import pytest
from celery.contrib.testing.worker import start_worker
from hypothesis import given
from hypothesis import strategies as st

from bounceadmin.celery import app
from bounceadmin.operating import ids
from bounceadmin.operating.logs import JsonFormatter, LineFormatter, mask


def formatted(formatter: logging.Formatter, message: str, *args, exc_info=None) -> str:
    record = logging.LogRecord("bounces", logging.INFO, "x.py", 1, message, args, exc_info)
    return formatter.format(record)


@pytest.mark.parametrize(
    "text",
    [
        "Refused ann.smith@example.net",
        "to <ann.smith@example.net>: 550",
        "Not Found: /admin/address/?address=ann.smith%40example.net&x=1",
        "return path bounces+ann.smith=example.net@bounces.example.com",
        "ann.smith@[192.0.2.1] answered",
        "ann.smith@[IPv6:2001:db8::1] answered",
        "Ann.Smith@müller.example wrote",
    ],
)
def test_no_line_tells_who_it_is_about(text):
    masked = mask(text)
    assert "smith" not in masked.lower()
    assert "person-" in masked


def test_the_same_person_has_the_same_name_in_every_line():
    one = mask("bounce for ann@example.net")
    two = mask("GET /admin/address/?address=Ann%40example.net")
    name = one.partition("person-")[2][:8]
    assert f"?address=person-{name}%40" in two
    assert name not in mask("bob@example.net")


def test_what_is_no_address_stays():
    for text in ("3 messages at 12:00", "user@host", "a @ b", "50% @ best", ""):
        assert mask(text) == text


@given(st.text(max_size=200))
def test_masking_never_raises_and_is_stable(text):
    assert isinstance(mask(text + "@example.net"), str)


def test_json_has_one_object_a_line_with_its_ids():
    with ids.request_id("abc-123"):
        line = formatted(JsonFormatter(), "Took\n%d for %s", 3, "ann@example.net")
    assert "\n" not in line
    said = json.loads(line)
    assert said["request_id"] == "abc-123"
    assert said["level"] == "INFO"
    assert said["logger"] == "bounces"
    assert said["message"].startswith("Took\n3 for person-")


def test_an_exception_is_masked_too():
    try:
        raise ValueError("no such user: ann@example.net")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    for formatter in (JsonFormatter(), LineFormatter()):
        line = formatted(formatter, "failed", exc_info=info)
        assert "ValueError: no such user: person-" in line


def test_personal_data_is_logged_where_that_is_wanted(settings):
    settings.LOG_PERSONAL_DATA = True
    assert "ann@example.net" in formatted(JsonFormatter(), "to ann@example.net")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/hooks/UxJ-Ppruqlnzfry_MSnaLgqYvBmz5Fiw/", "/hooks/…/"),
        ("/admin/password/new/MTc/d1q0s5-UxJ-0f3bdc0e9a/", "/admin/password/new/MTc/…/"),
    ],
)
@pytest.mark.parametrize("wanted", [True, False])
def test_an_address_that_lets_in_is_told_by_no_line(path, told, wanted, settings):
    settings.LOG_PERSONAL_DATA = wanted
    line = f'"POST {path} HTTP/1.1" 200'
    record = logging.makeLogRecord({"msg": line, "levelname": "INFO", "name": "access"})
    for formatter in (LineFormatter(), JsonFormatter()):
        assert "UxJ-" not in formatter.format(record)
        assert f"{told} HTTP" in formatter.format(record)


def test_each_answer_carries_the_id_of_its_request(client):
    given_id = client.get("/healthz", headers={"x-request-id": "edge-17"})["X-Request-ID"]
    assert given_id == "edge-17"
    forged = client.get("/healthz", headers={"x-request-id": 'x" level="ERROR'})["X-Request-ID"]
    assert len(forged) == 32
    assert ids.current() == {}


def test_a_task_logs_the_id_of_the_request_that_asked_for_it():
    seen: queue.Queue[dict[str, str]] = queue.Queue()

    @app.task(name="tests.note_ids")
    def note_ids():
        seen.put(dict(ids.current()))

    with start_worker(app, perform_ping_check=False):
        with ids.request_id("edge-18"):
            result = note_ids.apply_async()
        noted = seen.get(timeout=10)
        app.tasks.pop("tests.note_ids")
    assert noted == {"request_id": "edge-18", "task": "tests.note_ids", "task_id": result.id}
