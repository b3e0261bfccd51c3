"""The garbage collector is off for a batch, and on again whatever became of it."""

from __future__ import annotations

import gc

import pytest

from bounces.collecting import without_collecting


def test_it_is_off_within_and_on_afterwards():
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_on_after_an_error():
    with pytest.raises(ValueError, match="so"), without_collecting():
        raise ValueError("so")
    assert gc.isenabled()


def test_what_was_off_stays_off():
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
