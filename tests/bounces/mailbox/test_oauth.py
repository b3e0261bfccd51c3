"""OAuth2: a token of a fake provider, and a login with it at the real Dovecot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from bounces.sources.mailbox import oauth
from bounces.sources.mailbox.trying import try_out
from bounces.sources.sealing import seal, unseal
from tests.mails import dsn

pytestmark = pytest.mark.django_db


@dataclass
class Fake:
    """What the provider answers, and what it was asked."""

    status: int = 200
    answer: dict[str, object] = field(default_factory=lambda: {"access_token": "token-of-ann"})
    asked: list[dict[str, str]] = field(default_factory=list)
    user: str = ""


@pytest.fixture
def provider(server, monkeypatch) -> Iterator[Fake]:
    """Gives tokens at both providers' addresses, and tells Dovecot whose they are."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            fake.asked.append({"path": self.path, **fields})
            self._say(fake.status, fake.answer)

        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
            known = token == "token-of-ann"
            said = {"email": fake.user, "active": "true"} if known else {"error": "invalid"}
            self._say(200 if known else 400, said)

        def _say(self, status: int, said: object) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", server.ports["tokeninfo"]), Handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{web.server_port}"
        for name, paths in (("google", "/token"), ("microsoft", "/{tenant}/token")):
            monkeypatch.setitem(
                oauth.PROVIDERS, name, replace(oauth.PROVIDERS[name], token_url=here + paths)
            )
        yield fake
        web.shutdown()


def oauth_fields(login="google", **fields):
    return {
        "login": login,
        "password": "",
        "client_id": "client",
        "client_secret": seal("client-secret"),
        "refresh_token": seal("refresh-token"),
        **fields,
    }


@pytest.mark.parametrize("login", ["google", "microsoft"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_mail_is_fetched_with_an_access_token(server, mailbox, fetched, provider, protocol, login):
    box = mailbox(protocol=protocol, **oauth_fields(login))
    provider.user = box.username
    server.deliver(box.username, dsn())

    run = fetched(box)

    assert (run.outcome, run.stored) == ("done", 1), run.sentence
    asked = provider.asked[0]
    assert asked["grant_type"] == "refresh_token"
    assert (asked["client_secret"], asked["refresh_token"]) == ("client-secret", "refresh-token")


def test_microsoft_is_asked_for_the_protocol_s_scope_in_the_tenant(mailbox, provider):
    box = mailbox(**oauth_fields("microsoft", tenant="example.onmicrosoft.com"))
    provider.user = box.username

    assert try_out(box).works

    assert provider.asked[0]["path"] == "/example.onmicrosoft.com/token"
    assert "IMAP.AccessAsUser.All" in provider.asked[0]["scope"]


def test_a_refresh_token_that_is_replaced_is_kept(mailbox, provider):
    box = mailbox(**oauth_fields("microsoft"))
    provider.user = box.username
    provider.answer["refresh_token"] = "the next one"

    assert try_out(box).works

    box.refresh_from_db()
    assert unseal(box.refresh_token) == "the next one"


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (400, {"error": "invalid_grant"}, "no longer accepts the refresh token"),
        (401, {"error": "invalid_client"}, "client ID or its secret"),
        (500, {}, "gave no access token (500)"),
        (200, {"access_token": 7}, "gave no access token"),
        (302, {}, "gave no access token (302)"),
    ],
)
def test_a_refusal_says_what_to_do_and_nothing_secret(mailbox, provider, status, answer, words):
    provider.status, provider.answer = status, answer

    trial = try_out(mailbox(**oauth_fields()))

    assert (trial.works, trial.kind) == (False, "oauth")
    assert words in trial.sentence
    assert "client-secret" not in trial.sentence
    assert "refresh-token" not in trial.sentence


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_token_that_the_server_refuses_is_a_failed_login(mailbox, provider, protocol):
    provider.answer = {"access_token": "another"}

    trial = try_out(mailbox(protocol=protocol, **oauth_fields()))

    assert trial.kind == "login"
    assert "refused the access token" in trial.sentence


def test_a_provider_that_is_away_is_told(mailbox, monkeypatch):
    away = replace(oauth.PROVIDERS["google"], token_url="http://127.0.0.1:9/token")
    monkeypatch.setitem(oauth.PROVIDERS, "google", away)

    assert "cannot be reached" in try_out(mailbox(**oauth_fields())).sentence


def test_secrets_go_to_the_providers_own_addresses_by_tls():
    assert {p.token_url.split("/")[2] for p in oauth.PROVIDERS.values()} == {
        "oauth2.googleapis.com",
        "login.microsoftonline.com",
    }
    assert all(p.token_url.startswith("https://") for p in oauth.PROVIDERS.values())
