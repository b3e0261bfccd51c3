"""The short way of webhooks goes past sessions and pages, and past nothing that guards."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished, request_started
from django.test import RequestFactory

from bounceadmin import machines
from bounceadmin.machines import Application
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    return f"/hooks/{make_endpoint('json', 'token').token}/"


def post(client, address: str, **extra):
    body = b'{"event": "bounce", "email": "ann@example.net"}'
    headers = {"Authorization": "Bearer token"}
    return client.post(address, body, content_type="application/json", headers=headers, **extra)


class Server:
    """Asks the application as gunicorn does."""

    def __init__(self) -> None:
        self._application = Application()
        self.answers = []

    def __call__(self, path: str) -> bytes:
        environ = post(RequestFactory(), path).environ
        return b"".join(self._application(environ, lambda *answer: self.answers.append(answer)))


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What was heard of requests and of the connections that they leave."""
    told = []

    def begun(**_kwargs) -> None:
        told.append("begun")

    def ended(**_kwargs) -> None:
        told.append("ended")

    monkeypatch.setattr(machines, "close_old_connections", lambda: told.append("closed"))
    request_started.connect(begun)
    request_finished.connect(ended)
    yield told
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


def test_the_answer_says_its_length_and_id_and_carries_nothing_of_a_page(client, address):
    response = post(client, address)
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(response.content))
    assert response["X-Request-ID"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert not {"Content-Security-Policy", "Content-Language", "Vary"} & response.headers.keys()


def test_another_hosts_name_is_refused(client, address):
    assert post(client, address, HTTP_HOST="elsewhere.example").status_code == 400


def test_plain_http_is_redirected_where_https_is_on(client, address, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert post(client, address).status_code == 301


def test_an_address_that_is_none_is_not_found(client):
    assert client.post("/hooks/a/b/").status_code == 404
    assert client.post("/hooks/nobody/").status_code == 404


def test_without_its_last_slash_it_goes_the_long_way(client, address):
    response = client.get(address.rstrip("/"))
    assert (response.status_code, response["Location"]) == (301, address)


def test_what_a_view_raises_is_an_error_of_ours(client, address, monkeypatch):
    def receive(token, request):
        raise RuntimeError("a bug")

    client.raise_request_exception = False
    monkeypatch.setattr("bounces.sources.webhooks.receiving.receive", receive)
    assert post(client, address).status_code == 500


def test_the_server_is_answered_as_the_long_way_answers(client, address, told):
    server = Server()
    assert server(address) == b'{"stored": 1, "duplicates": 0}'
    ((status, headers),) = server.answers
    long_way = post(client, address)
    assert status == "200 OK"
    assert {name for name, _value in headers} == long_way.headers.keys()


@pytest.mark.parametrize(
    ("path", "heard"),
    [
        ("/hooks/nobody/", ["closed"]),
        ("/hooks/a/b/", ["begun"]),
        ("/hooks/nobody", ["begun"]),
        ("/hooks//", ["begun"]),
        ("/elsewhere/", ["begun"]),
    ],
)
def test_only_what_is_at_the_address_of_a_webhook_comes_by_the_shortest_way(path, heard, told):
    server = Server()
    server(path)
    assert told == heard
    assert server.answers[0][0] != "200 OK"


def test_the_connection_is_given_back_also_where_a_request_is_broken_off(
    address, told, monkeypatch
):
    def receive(token, request):
        raise SystemExit

    monkeypatch.setattr("bounces.sources.webhooks.receiving.receive", receive)
    with pytest.raises(SystemExit):
        Server()(address)
    assert told == ["closed"]


def test_sentry_sees_webhooks_too(address, told, settings):
    settings.SENTRY_DSN = "https://key@sentry.example/1"
    Server()(address)
    assert told == ["begun"]
