"""Who may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bounceadmin.api import tokens
from bounceadmin.api.models import ApiToken
from tests.bounceadmin.api.conftest import Application, make_token
from tests.factories import make_list, make_user


def problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["detail"]
    return body["type"].removeprefix("urn:bounceadmin:problem:")


def test_a_token_says_whose_it_is(app):
    assert app.get("/token").json()["name"] == "shop"


def test_without_a_token_nobody_is_answered(stranger):
    answer = stranger.get("/lists")
    assert problem(answer, 401) == "token"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("secret", ["ba_wrong", "", "ä\x00", "x" * 5000])
def test_a_wrong_token_is_no_token(client, db, secret):
    assert problem(Application(client, secret or " ").get("/lists"), 401) == "token"


def test_only_the_hash_is_kept(db):
    token, secret = make_token()
    kept = ApiToken.objects.values().get()
    assert secret not in str(kept)
    assert secret.startswith(token.prefix)
    assert len(token.prefix) < 12


def test_a_revoked_token_works_no_more(app):
    assert tokens.revoke(ApiToken.objects.all()) == 1
    assert tokens.revoke(ApiToken.objects.all()) == 0
    assert problem(app.get("/lists"), 401) == "token"


def test_an_expired_token_works_no_more(with_scopes):
    now = timezone.now()
    late = with_scopes("lists:read", expires_at=now - timedelta(seconds=1))
    assert problem(late.get("/lists"), 401) == "token"
    in_time = with_scopes("lists:read", name="other", expires_at=now + timedelta(minutes=1))
    assert in_time.get("/lists").status_code == 200


def test_a_token_reaches_as_far_as_its_scopes(with_scopes):
    make_list()
    app = with_scopes("lists:read")
    assert app.get("/lists").status_code == 200
    answer = app.post("/lists", {})
    assert problem(answer, 403) == "scope"
    assert "lists:write" in answer.json()["detail"]


def test_when_it_was_used_is_noted_once_a_minute(app, django_assert_num_queries):
    app.get("/token")
    noted = ApiToken.objects.get().last_used_at
    assert noted is not None
    with django_assert_num_queries(1):
        app.get("/token")
    assert ApiToken.objects.get().last_used_at == noted
    ApiToken.objects.update(last_used_at=noted - timedelta(minutes=2))
    app.get("/token")
    assert ApiToken.objects.get().last_used_at > noted - timedelta(minutes=1)


def test_a_session_is_no_token(client, db):
    client.force_login(make_user("Admin"))
    assert client.get("/api/v1/lists").status_code == 401


# --- in the admin -------------------------------------------------------------------------------
CHANGELIST = "admin:api_apitoken_changelist"


def make_in_admin(client, **fields):
    data = {"name": "shop", "scopes": ["lists:read", "sending"]} | fields
    return client.post(reverse("admin:api_apitoken_add"), data)


def test_an_admin_makes_a_token_and_sees_it_once(client, db):
    admin = make_user("Admin")
    client.force_login(admin)
    answer = make_in_admin(client)
    assert "no-store" in answer["Cache-Control"]
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    token = ApiToken.objects.get()
    assert (token.created_by, token.scopes) == (admin, ["lists:read", "sending"])
    assert Application(client, secret).get("/lists").status_code == 200
    for page in (reverse(CHANGELIST), reverse("admin:api_apitoken_change", args=[token.pk])):
        body = client.get(page).content.decode()
        assert token.prefix in body or "shop" in body
        assert secret not in body


def test_changing_a_token_keeps_its_secret(client, db):
    token, secret = make_token(scopes=["lists:read"])
    client.force_login(make_user("Admin"))
    url = reverse("admin:api_apitoken_change", args=[token.pk])
    assert client.post(url, {"name": "shop", "scopes": ["events:read"]}).status_code == 302
    app = Application(client, secret)
    assert app.get("/events").status_code == 200
    assert app.get("/lists").status_code == 403


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"scopes": []}, "scopes"), ({"scopes": ["all"]}, "scopes"), ({"name": ""}, "name"),
     ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "expires_at")],
)  # fmt: skip
def test_a_token_that_makes_no_sense_is_not_made(client, db, fields, error):
    client.force_login(make_user("Admin"))
    assert error in make_in_admin(client, **fields).context["adminform"].form.errors
    assert not ApiToken.objects.exists()


def test_an_admin_revokes_a_token(client, db):
    token, _ = make_token()
    client.force_login(make_user("Admin"))
    data = {"action": "revoke_selected", "_selected_action": [token.pk]}
    body = client.post(reverse(CHANGELIST), data, follow=True).content.decode()
    assert "1 token is revoked" in body
    assert ApiToken.objects.get().state == "revoked"


@pytest.mark.parametrize("role", ["Marketer", "Operator"])
def test_nobody_else_has_anything_to_do_with_tokens(client, db, role):
    client.force_login(make_user(role))
    assert client.get(reverse(CHANGELIST)).status_code == 403
    assert client.get(reverse("admin:api_apitoken_add")).status_code == 403
    assert "API tokens" not in client.get(reverse("admin:index")).content.decode()
