"""Keys are rotated without anybody entering a password again."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from bounces.sources.resealing import reseal
from bounces.sources.sealing import seal, unseal
from lists.pseudonyms import pseudonym
from lists.suppressing import SuppressionWish, suppress
from tests.factories import make_mailbox

pytestmark = pytest.mark.django_db


def test_after_resealing_the_former_key_can_be_dropped(settings, capsys):
    box = make_mailbox(password=seal("one"), refresh_token=seal("two"))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"

    call_command("reseal")

    assert "Sealed anew: 2 secrets." in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    box.refresh_from_db()
    assert (unseal(box.password), unseal(box.refresh_token)) == ("one", "two")


def test_a_secret_whose_key_is_gone_is_named_and_left(settings):
    box = make_mailbox(name="Old", password=seal("one"))
    settings.SECRET_KEY = "a new one"

    done = reseal()

    assert done.lost == ["mailbox Old: password"]
    sealed = box.password
    box.refresh_from_db()
    assert box.password == sealed


def test_it_says_that_forgotten_addresses_need_the_former_key(settings, capsys):
    suppress([SuppressionWish(pseudonym("ann@example.net"), "hard", "It bounced.")], "policy")
    call_command("reseal")
    assert "Keep the former key" not in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    call_command("reseal")
    assert "1 suppressions are of forgotten addresses" in capsys.readouterr().out
