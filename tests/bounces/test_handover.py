"""Only what our own hosts wrote tells who handed a message over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounces.handover import Handover, Passed, from_client, from_headers

OURS = {"mx.ours.example", "imap.ours.example"}
TAKEN = (
    "Received: from mx.prov.example (mx.prov.example [192.0.2.25])\n"
    "\tby mx.ours.example (Postfix) with ESMTPS id 4F\n\tfor <b@ours.example>; Fri, 20 Nov"
)
WITHIN = "Received: from mx.ours.example\n\tby imap.ours.example with LMTP\n\tid abc"
FORGED = (
    "Received: from mx.prov.example (mx.prov.example [192.0.2.25]) by mx.ours.example with ESMTPS"
)
FORGER = "Received: from mx.prov.example (unknown [203.0.113.66]) by mx.ours.example with ESMTP"
NULL = "Return-Path: <>"
RESULTS = "Authentication-Results: mx.ours.example; dkim=pass header.d=prov.example"
OWN = "Received: by mx.prov.example (Postfix) id 3F; Fri, 20 Nov"


def mail(*lines):
    return ("\n".join([*lines, "From: MAILER-DAEMON@prov.example"]) + "\n\nbody\n").encode()


def test_the_received_of_our_own_host_names_the_server():
    found = from_headers(mail(NULL, WITHIN, TAKEN, OWN), OURS)
    assert found == Handover("192.0.2.25", "mx.prov.example")
    assert from_headers(mail(NULL, WITHIN, TAKEN, OWN).replace(b"\n", b"\r\n"), OURS) == found


@pytest.mark.parametrize(
    ("received", "helo"),
    [
        (
            "from mx.prov.example ([192.0.2.25]) by mx.ours.example with esmtps (Exim 4.96)",
            "mx.prov.example",
        ),
        (
            "from [192.0.2.25] (port=4 helo=mx.prov.example) by mx.ours.example with esmtp",
            "mx.prov.example",
        ),
        (
            "from A.prov.example (A.prov.example. [IPv6:2001:db8::25]) by MX.ours.example",
            "a.prov.example",
        ),
    ],
)
def test_the_forms_of_other_servers_are_read(received, helo):
    found = from_headers(mail(NULL, f"Received: {received}"), OURS)
    assert found.helo == helo
    assert found.ip in ("192.0.2.25", "2001:db8::25")


def test_gmails_way_inside_is_followed_to_its_edge():
    lines = [
        "Received: by 2002:a05:6402:1234:b0:1:2:3 with SMTP id x1csp1",
        NULL,
        "Received: from mx.prov.example (mx.prov.example. [192.0.2.25])"
        " by mx.google.com with ESMTPS id 1",
    ]
    assert from_headers(mail(*lines), {"mx.google.com"}).ip == "192.0.2.25"


@pytest.mark.parametrize(
    "lines",
    [
        # No host of ours, or below a stranger's.
        [NULL],
        [NULL, TAKEN.replace("mx.ours", "mx.theirs")],
        [NULL, "Received: from a (a [198.51.100.1]) by b.example with SMTP", TAKEN],
        # The client put an address into its name.
        [NULL, TAKEN.replace("from mx.prov.example", "from [198.51.100.7]")],
        # A sender is no reporter; without the field it is not known.
        ["Return-Path: <mallory@prov.example>", TAKEN],
        [TAKEN],
        [TAKEN, NULL],
        [NULL, "Return-Path: <mallory@prov.example>", TAKEN],
        # It came through the provider, as when a mailbox forwards; or a person sent it there.
        [NULL, TAKEN, "Received: from x (x [203.0.113.66]) by mx.prov.example with ESMTP"],
        [NULL, TAKEN, "Received: from x by mx.prov.example with ESMTP"],
        [NULL, TAKEN, "Received: from x ([10.1.2.3]) by mx.prov.example with ESMTPSA"],
        [NULL, TAKEN, "Received: by mx.prov.example with HTTP; Fri, 20 Nov"],
    ],
)
def test_what_is_not_certain_is_no_handover(lines):
    assert from_headers(mail(*lines), OURS) is None


def test_the_topmost_received_counts_and_not_the_forgers_below():
    found = from_headers(mail(NULL, WITHIN, FORGER), OURS)
    assert found.ip == "203.0.113.66"
    # What the forger wrote below shows besides that it came from elsewhere.
    assert from_headers(mail(NULL, WITHIN, FORGER, FORGED), OURS) is None


def test_results_of_a_trusted_host_above_its_received_are_believed():
    lines = [
        NULL,
        RESULTS + "; spf=pass smtp.helo=out.prov.example",
        "Authentication-Results: imap.ours.example 1; dkim=pass (2048 bit) header.i=@b.example",
        TAKEN,
    ]
    assert from_headers(mail(*lines), OURS).passed == (
        Passed("dkim", "prov.example"),
        Passed("spf", "out.prov.example"),
        Passed("dkim", "b.example"),
    )


@pytest.mark.parametrize(
    "lines",
    [
        [TAKEN, RESULTS],
        [RESULTS.replace("mx.ours", "mx.theirs"), TAKEN],
        [RESULTS.replace("=pass", "=fail"), TAKEN],
        [RESULTS.replace("dkim=pass", "dkim=passed"), TAKEN],
        [RESULTS.replace("dkim", "dmarc"), TAKEN],
        # A stranger's words within quotes and comments of a host of ours.
        [
            "Authentication-Results: mx.ours.example; spf=fail"
            ' smtp.mailfrom="x; dkim=pass header.d=prov.example"@evil.example',
            TAKEN,
        ],
        [
            "Authentication-Results: mx.ours.example;"
            " spf=none (helo \\) (x; dkim=pass header.d=prov.example)) smtp.helo=x",
            TAKEN,
        ],
        ["Authentication-Results: mx.theirs.example; x=y (mx.ours.example; " + RESULTS, TAKEN],
    ],
)
def test_spoofed_results_are_not_believed(lines):
    assert from_headers(mail(NULL, *lines), OURS).passed == ()


def test_an_smtp_client_is_known_by_its_address_alone():
    raw = mail(NULL, RESULTS, OWN)
    found = from_client(raw, "::ffff:192.0.2.25", "MX.prov.example.", "")
    assert found == Handover("192.0.2.25", "mx.prov.example")
    assert from_client(raw, "192.0.2.25", "mx.prov.example", "a@prov.example") is None
    assert from_client(raw, "10.1.2.3", "mx.prov.example", "") is None
    assert from_client(mail(FORGER), "192.0.2.25", "mx.prov.example", "<>") is None


@given(st.binary(max_size=600), st.sampled_from(["", "<>", "x"]))
def test_any_bytes_are_read_without_an_error(noise, sender):
    head = mail(NULL, WITHIN, TAKEN, RESULTS)
    for raw in (noise, head[:90] + noise, noise + head, b"Received: from " + noise):
        from_headers(raw, OURS, sender)
        from_client(raw, "192.0.2.25", "x", sender)
