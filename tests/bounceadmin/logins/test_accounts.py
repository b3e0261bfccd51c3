"""Who may make which account, what keeps people from shutting themselves out, and who is told."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.urls import reverse

from bounceadmin.roles import ABOUT, ROLES
from bounceadmin.tasks import send_password_mails
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def page(user: User, what: str = "change") -> str:
    return reverse(f"admin:auth_user_{what}", args=[user.pk])


def form(user: User, *roles: str, **changes: object) -> dict[str, object]:
    """What a browser sends of the form of an account."""
    groups = Group.objects.filter(name__in=roles).values_list("pk", flat=True)
    return {
        "username": user.username,
        "email": user.email,
        "groups": list(groups),
        "is_active": "on",
        "is_staff": "on",
    } | changes


def test_an_account_is_made_with_its_role_in_one_go(client):
    client.force_login(make_user("Admin"))
    role = Group.objects.get(name="Marketer")
    form = {
        "username": "mary",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "groups": role.pk,
        "is_staff": "on",
    }

    assert b"What this person may do" in client.get(reverse("admin:auth_user_add")).content
    assert client.post(reverse("admin:auth_user_add"), form).status_code == 302

    mary = User.objects.get(username="mary")
    assert mary.is_staff
    assert list(mary.groups.all()) == [role]
    assert b"Marketer" in client.get(reverse("admin:auth_user_changelist")).content


def test_each_role_says_what_it_may(client: Client):
    assert ABOUT.keys() == ROLES.keys()
    client.force_login(make_user("Admin"))

    shown = client.get(page(make_user("Marketer"))).content.decode()

    for name, about in ABOUT.items():
        assert f"{name}: {about}" in shown


def test_an_admin_gives_and_takes_roles(client: Client):
    client.force_login(make_user("Admin"))
    mary = make_user("Marketer")

    assert client.post(page(mary), form(mary, "Operator")).status_code == 302

    assert [group.name for group in mary.groups.all()] == ["Operator"]


def test_an_admin_makes_nobody_more_than_an_admin(client: Client):
    """What makes a superuser is shown to them, and not read where it is sent."""
    client.force_login(make_user("Admin"))
    mary = make_user("Marketer")
    sent = form(mary, "Marketer", is_superuser="on", user_permissions=[1, 2])

    assert client.post(page(mary), sent).status_code == 302

    mary.refresh_from_db()
    assert not mary.is_superuser
    assert not mary.user_permissions.exists()


def test_a_superuser_makes_another(client: Client, admin_user: User):
    client.force_login(admin_user)
    mary = make_user("Marketer")

    assert client.post(page(mary), form(mary, is_superuser="on")).status_code == 302

    mary.refresh_from_db()
    assert mary.is_superuser


def test_an_admin_does_not_get_into_a_superusers_account(client: Client, admin_user: User):
    client.force_login(make_user("Admin"))
    password = reverse("admin:auth_user_password_change", args=[admin_user.pk])

    assert client.get(page(admin_user)).status_code == 200  # It may be seen.
    assert (
        client.post(page(admin_user), form(admin_user, email="me@example.com")).status_code == 403
    )
    assert client.post(page(admin_user, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(password).status_code == 403
    new = {"password1": "A-new-one-4711", "password2": "A-new-one-4711", "set-password": "1"}
    assert client.post(password, new).status_code == 403

    admin_user.refresh_from_db()
    assert admin_user.email != "me@example.com"
    assert admin_user.check_password("password")


def test_nobody_shuts_out_themselves(client: Client, admin_user: User):
    client.force_login(admin_user)
    sent = form(admin_user)
    del sent["is_active"], sent["is_staff"]

    assert client.post(page(admin_user), sent).status_code == 302
    assert client.post(page(admin_user, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [admin_user.pk], "post": "yes"}
    client.post(reverse("admin:auth_user_changelist"), chosen)

    admin_user.refresh_from_db()
    assert (admin_user.is_active, admin_user.is_staff, admin_user.is_superuser) == (True,) * 3


# --- whose password was changed is told -------------------------------------------------------


@pytest.fixture
def told(settings):
    """What is mailed about passwords, where mail can be sent."""
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://bounces.example.com"

    def told() -> list[str]:
        mail.outbox.clear()
        send_password_mails()
        assert all(m.to == ["mary@example.com"] for m in mail.outbox)
        assert all(m.subject == "[bounceadmin] Your password was changed" for m in mail.outbox)
        return [m.body for m in mail.outbox]

    return told


@pytest.fixture
def mary() -> User:
    user = make_user("Marketer", "mary")
    user.email = "mary@example.com"
    user.save()
    return user


def change_own(client: Client, old: str = PASSWORD):
    new = {"new_password1": "A-new-one-4711", "new_password2": "A-new-one-4711"}
    return client.post(reverse("admin:password_change"), {"old_password": old, **new})


def change_hers(client: Client, account: User, second: str = "A-new-one-4711"):
    page = reverse("admin:auth_user_password_change", args=[account.pk])
    new = {"password1": "A-new-one-4711", "password2": second, "usable_password": "true"}
    return client.post(page, new | {"set-password": "1"})


def test_who_changed_their_own_password_is_told_from_where(client: Client, mary: User, told):
    client.force_login(mary)
    assert change_own(client).status_code == 302
    (body,) = told()
    assert "from 127.0.0.1, by somebody who was logged in" in body
    assert "https://bounces.example.com/admin/password/forgotten/" in body


def test_whose_password_an_administrator_changed_is_told_so(
    client: Client, admin_user: User, mary: User, told
):
    client.force_login(admin_user)
    assert change_hers(client, mary).status_code == 302
    mary.refresh_from_db()
    assert mary.check_password("A-new-one-4711")
    (body,) = told()
    assert "by an administrator" in body
    assert "127.0.0.1" not in body, "where administrators sit is not hers to know"


def test_an_administrator_who_changes_their_own_is_told_as_its_owner(client, mary: User, told):
    mary.is_superuser = True
    mary.save()
    client.force_login(mary)
    assert change_hers(client, mary).status_code == 302
    assert "by somebody who was logged in" in told()[0]


def test_nothing_is_told_where_nothing_was_changed(
    client: Client, admin_user: User, mary: User, told
):
    client.force_login(mary)
    assert change_own(client, old="wrong").status_code == 200
    client.force_login(admin_user)
    assert change_hers(client, mary, second="another").status_code == 200
    missing = reverse("admin:auth_user_password_change", args=[mary.pk + 1000])
    assert client.post(missing).status_code == 404
    assert told() == []


def test_without_mail_or_an_address_a_password_is_changed_all_the_same(
    client: Client, mary: User, told, settings
):
    settings.EMAIL_IS_SET_UP = False
    client.force_login(mary)
    assert change_own(client).status_code == 302
    settings.EMAIL_IS_SET_UP = True
    assert told() == []
    User.objects.filter(pk=mary.pk).update(email="")
    assert change_own(client, old="A-new-one-4711").status_code == 302
    assert told() == []
