"""Automatic replies, challenges and bounces of bounces are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounces.parsing import parse
from bounces.parsing.loops import loop_of
from tests.mails import autoreply, dsn


def loop(raw: bytes) -> str:
    return loop_of(parse(raw), raw)


def letter(subject: str, body: str = "", headers: str = "") -> bytes:
    head = f"From: guard@example.net\nTo: b@example.com\n{headers}Subject: {subject}\n"
    return f"{head}\n{body}\n".encode()


def returned(original_from: str, original_subject: str) -> bytes:
    return (
        dsn()
        .replace(b"From: News <news@example.com>", f"From: {original_from}".encode())
        .replace(b"Subject: The autumn letter", f"Subject: {original_subject}".encode())
    )


@pytest.mark.parametrize(
    "raw",
    [
        letter("Your email requires verification verify#k3xQ"),
        letter("Please confirm your message to Ann"),
        letter("Re: Spring", "Click the following link to deliver your message to Ann."),
        letter("Re: Spring", "I need you to confirm that you sent the message below."),
        letter("Re: Spring", "Hello.", "X-Delivery-Agent: TMDA/1.1.12\n"),
        letter("Re: Spring", "please verify you are a human", "Auto-Submitted: auto-replied\n"),
    ],
)
def test_a_challenge_is_one(raw):
    assert loop(raw) == "challenge"


@pytest.mark.parametrize(
    "raw",
    [
        returned("MAILER-DAEMON@mx.example.com (Mail Delivery System)", "Undelivered Mail"),
        returned("postmaster@example.com", "Anything"),
        returned("someone@example.com", "Undelivered Mail Returned to Sender"),
    ],
)
def test_a_bounce_of_a_bounce_is_one(raw):
    assert loop(raw) == "double-bounce"


def test_an_automatic_reply_is_one():
    assert loop(autoreply()) == "autoreply"


@pytest.mark.parametrize(
    "raw",
    [
        dsn(),
        returned("News <news@example.com>", "Please confirm your subscription"),
        letter("Lunch on Friday?", "At noon, at the usual place?"),
        letter("Your order", "Thank you. The invoice is attached."),
    ],
)
def test_what_is_no_loop_is_none(raw):
    assert loop(raw) == ""


@given(st.binary(max_size=3000))
def test_any_bytes_are_told_apart_without_an_error(raw):
    assert loop(raw) in ("", "autoreply", "challenge", "double-bounce")
