"""Secrets are encrypted at rest, and keys can be rotated."""

from __future__ import annotations

import pytest

from bounces.sources.sealing import UnsealableError, seal, unseal


def test_what_is_sealed_can_be_unsealed_and_does_not_show():
    sealed = seal("pässword")
    assert "pässword" not in sealed
    assert unseal(sealed) == "pässword"


def test_the_same_secret_is_sealed_differently_each_time():
    assert seal("secret") != seal("secret")


def test_no_secret_stays_none():
    assert seal("") == unseal("") == ""


def test_a_former_key_is_still_read(settings):
    sealed = seal("secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert unseal(sealed) == "secret"


def test_a_lost_key_is_said_in_a_sentence(settings):
    sealed = seal("secret")
    settings.SECRET_KEY = "a new one"
    with pytest.raises(UnsealableError, match="SECRET_KEY_FALLBACKS"):
        unseal(sealed)


def test_a_damaged_secret_is_said_too():
    with pytest.raises(UnsealableError):
        unseal(seal("secret")[:-3])
