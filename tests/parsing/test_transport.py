"""What mail goes through on its way changes nothing: line ends, encodings, wrappings."""

import base64
import quopri

import pytest

from bounces.parsing import parse
from tests.parsing import catalogue

CASES = catalogue.read()
IDS = [case.name for case in CASES]
REPORTED = [case for case in CASES if case.kind in ("bounce", "delayed", "delivered", "complaint")]


def essence(parsed):
    """What must stay: the kind, and what is said of whom."""
    rows = [(r.recipient, r.reason, r.smtp_code, r.status, r.action) for r in parsed.reports]
    return parsed.kind, rows


LINE_ENDS = {
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CR only": lambda raw: raw.replace(b"\n", b"\r"),
    "CRCRLF": lambda raw: raw.replace(b"\n", b"\r\r\n"),
    "every other line CRLF": lambda raw: b"".join(
        line + (b"\r\n" if number % 2 else b"\n") for number, line in enumerate(raw.split(b"\n"))
    ),
}
FILES = {
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "UTF-16, little-endian": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16, big-endian": lambda raw: b"\xfe\xff" + raw.decode().encode("utf-16-be"),
    "an empty line before": lambda raw: b"\n\n" + raw,
    "an envelope line before": lambda raw: b"From x@example.com Mon Nov  2 10:00:00 2026\n" + raw,
}


@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("change", LINE_ENDS.values(), ids=LINE_ENDS)
def test_line_ends_make_no_difference(case, change):
    assert essence(parse(change(case.raw))) == essence(parse(case.raw))


@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("change", FILES.values(), ids=FILES)
def test_how_a_file_is_stored_makes_no_difference(case, change):
    if case.raw.startswith(b"From "):
        pytest.skip("an mbox already")
    assert essence(parse(change(case.raw))) == essence(parse(case.raw))


def wrapped(raw: bytes, sender: str, subject: str, words: str) -> bytes:
    head = f"""\
From: {sender}
To: owner@example.com
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="===outer"

--===outer
Content-Type: text/plain

{words}

--===outer
Content-Type: message/rfc822
Content-Disposition: attachment; filename="message.eml"

"""
    return head.encode() + raw + b"\n--===outer--\n"


@pytest.mark.parametrize("case", REPORTED, ids=[case.name for case in REPORTED])
def test_a_forwarded_report_reports_the_same(case):
    if case.raw.startswith(b"From "):
        pytest.skip("an mbox cannot be an attachment")
    raw = wrapped(case.raw, "Bob <bob@example.com>", "Fwd: please look", "What is this?")
    assert essence(parse(raw)) == essence(parse(case.raw))


@pytest.mark.parametrize("case", REPORTED, ids=[case.name for case in REPORTED])
def test_a_report_wrapped_by_a_mailing_list_reports_the_same(case):
    if case.raw.startswith(b"From "):
        pytest.skip("an mbox cannot be an attachment")
    words = "The attached message was received as a bounce, but the format was not recognized."
    raw = wrapped(case.raw, "list-bounces@example.com", "Uncaught bounce notification", words)
    assert essence(parse(raw)) == essence(parse(case.raw))


def encoded(raw: bytes, name: str, encode) -> bytes:
    head, _, body = raw.partition(b"\n\n")
    return head + b"\nContent-Transfer-Encoding: " + name.encode() + b"\n\n" + encode(body)


TEXTS = [
    case
    for case in CASES
    if b"multipart" not in case.raw
    and b"Transfer-Encoding" not in case.raw
    and not case.raw.startswith(b"From ")
]


@pytest.mark.parametrize("case", TEXTS, ids=[case.name for case in TEXTS])
def test_transfer_encodings_make_no_difference(case):
    as_base64 = encoded(case.raw, "base64", base64.encodebytes)
    as_quoted = encoded(case.raw, "quoted-printable", quopri.encodestring)
    assert essence(parse(as_base64)) == essence(parse(as_quoted)) == essence(parse(case.raw))
