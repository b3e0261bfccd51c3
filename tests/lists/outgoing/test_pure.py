"""Signatures and back-off, without a database."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lists.outgoing import backoff, signing


def test_a_signature_is_the_hmac_of_id_time_and_body():
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    expected = hmac.digest(b"k" * 24, b'msg_1.1700000000.{"a":1}', hashlib.sha256)
    signature = signing.sign("msg_1", 1_700_000_000, b'{"a":1}', secret)
    assert signature == "v1," + base64.b64encode(expected).decode()


def test_every_secret_signs():
    secrets = [signing.secret("key", 1, generation) for generation in (2, 1)]
    headers = signing.headers("msg_1", 5, b"{}", secrets)
    assert headers["webhook-signature"].split(" ") == [
        signing.sign("msg_1", 5, b"{}", secret) for secret in secrets
    ]


def test_secrets_differ_by_endpoint_generation_and_installation():
    made = {signing.secret(k, e, g) for k in ("a", "b") for e in (1, 2) for g in (1, 2)}
    assert len(made) == 8


def test_waiting_grows_and_ends_after_three_days():
    waits = [backoff.delay(tries, 0.5) for tries in range(1, backoff.MOST_TRIES)]
    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)
    assert backoff.delay(backoff.MOST_TRIES, 0.5) is None


def test_a_receiver_may_ask_to_be_left_alone_for_a_day_at_most():
    assert backoff.delay(1, 0.5, asked=3600) == timedelta(hours=1)
    assert backoff.delay(1, 0.5, asked=10**9) == timedelta(days=1)
    assert backoff.delay(4, 0.5, asked=1) == timedelta(minutes=30)


@given(st.integers(1, 10_000))
def test_an_endpoint_is_never_left_alone_for_long(failures):
    assert timedelta(0) < backoff.quiet(failures) <= timedelta(minutes=10)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 10), (2, 20), (3, 40)])
def test_an_endpoint_is_left_alone_twice_as_long_each_time(failures, seconds):
    assert backoff.quiet(failures) == timedelta(seconds=seconds)
