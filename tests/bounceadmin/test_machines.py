"""The short way of webhooks goes past sessions and pages, and past nothing that guards."""

from __future__ import annotations

import pytest

from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    return f"/hooks/{make_endpoint('json', 'token').token}/"


def post(client, address: str, **extra):
    body = b'{"event": "bounce", "email": "ann@example.net"}'
    headers = {"Authorization": "Bearer token"}
    return client.post(address, body, content_type="application/json", headers=headers, **extra)


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
