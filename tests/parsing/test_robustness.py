"""Any bytes are read: without an exception, the same way twice, in time that grows with size."""

import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bounces.parsing import mime, parse
from bounces.parsing.notice import MOST_RECIPIENTS
from bounces.parsing.reasons.names import REASONS
from tests.parsing import catalogue
from tests.parsing.mutations import mutate

CASES = catalogue.read()
KINDS = {"bounce", "delayed", "delivered", "autoreply", "complaint", "other"}


def check(raw: bytes) -> None:
    """What holds of every result."""
    parsed = parse(raw)
    assert parsed == parse(raw)
    assert parsed.kind in KINDS
    assert len(parsed.reports) <= MOST_RECIPIENTS
    assert bool(parsed.reports) or parsed.kind == "other"
    for report in parsed.reports:
        assert report.reason in REASONS
        assert report.category in ("hard", "soft", "block", "")
        assert len(report.diagnostic) <= 2000
        assert "\n" not in report.recipient + report.diagnostic
    repr(parsed).encode()


@given(st.binary(max_size=2000))
@example(b"")
@example(b"\n")
@example(b"From ")
@example(b"From x\n\nFrom y 10:00:00 2026\na:")
@example(b"\xff\xfe")
@example(b"\0" * 500)
def test_any_bytes_are_read(raw):
    check(raw)


@given(st.integers(0, 2**32), st.sampled_from(CASES), st.sampled_from(CASES))
def test_damaged_reports_are_read(seed, case, other):
    check(mutate(case.raw, other.raw, seed))


@pytest.mark.slow
def test_many_damaged_reports_are_read():
    chance = random.Random(1)
    for seed in range(5_000):
        check(mutate(chance.choice(CASES).raw, chance.choice(CASES).raw, seed))


@given(
    st.sampled_from(CASES),
    st.sampled_from(["utf-16", "utf-7", "iso-2022-jp", "shift_jis", "gb2312", "euc-kr", "idna",
                     "windows-1251", "x-unknown", "unicode_escape", ""]),
    st.binary(max_size=300),
)  # fmt: skip
def test_any_charset_label_is_survived(case, charset, body):
    head = case.raw.partition(b"\n\n")[0]
    kept = [line for line in head.split(b"\n") if not line.lower().startswith(b"content")]
    label = f"Content-Type: text/plain; charset={charset}".encode()
    check(b"\n".join([*kept, label]) + b"\n\n" + body)


def test_a_quoted_report_in_any_script_is_read():
    report = bounce("<a@b.example>: 550 5.1.1 Пользователь неизвестен").decode()
    head = "From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\nSieh:\n\n"
    inner = ("Content-Transfer-Encoding: quoted-printable\n" + report).replace("\n", "\n> ")
    forward = f"{head}Begin forwarded message:\n\n> {inner}".encode()
    check(forward)
    assert parse(forward).reports[0].diagnostic == "550 5.1.1 Пользователь неизвестен"


def bounce(text: str) -> bytes:
    return f"""\
From: MAILER-DAEMON@mail.example.com
To: news@example.com
Subject: Undelivered Mail Returned to Sender

This is the mail system at host mail.example.com.

{text}
""".encode()


def dsn(groups: str) -> bytes:
    return f"""\
From: MAILER-DAEMON@mail.example.com
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

{groups}
--b--
""".encode()


def nested(depth: int) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)]
    return ("From: MAILER-DAEMON@a.example\n" + "".join(parts)).encode()


LARGE = {
    "a long body": lambda n: bounce("word " * (n * 20)),
    "many lines": lambda n: bounce("x\n" * (n * 20)),
    "many header lines": lambda n: b"X: y\n" * (n * 20) + bounce(""),
    "one long header line": lambda n: b"X: " + b"y" * (n * 100) + b"\n" + bounce(""),
    "many continuation lines": lambda n: b"To: a\n" + b" b\n" * (n * 20) + bounce(""),
    "many recipients in a report": lambda n: dsn(
        "".join(f"Final-Recipient: rfc822; a{i}@b.example\nAction: failed\n\n" for i in range(n))
    ),
    "many recipients in a text": lambda n: bounce(
        "".join(f"<a{i}@b.example>: 550 5.1.1 User unknown\n\n" for i in range(n))
    ),
    "nested parts": lambda n: nested(n // 4),
    "many parts": lambda n: nested(1) + b"\nx\n--b0\nContent-Type: text/plain\n\nx\n" * n,
    "many messages": lambda n: b"From x Mon Nov  2 10:00:00 2026\n" + bounce("") * n,
    "mbox of messages": lambda n: b"From x Mon Nov  2 10:00:00 2026\nA: b\n\n\n" * n,
    "opening brackets": lambda n: bounce("<" * (n * 20)),
    "addresses without a domain": lambda n: bounce("a@" * (n * 20)),
    "dots": lambda n: bounce("a." * (n * 20) + "@b"),
    "quotes": lambda n: bounce('"' * (n * 20) + "@b"),
    "dashes": lambda n: bounce("-" * (n * 20)),
    "reply codes": lambda n: bounce("<a@b.example>: " + "550 " * (n * 20)),
    "dialogue": lambda n: bounce(
        "----- Transcript of session follows -----\n" + "<<< 550-x\n" * (n * 20)
    ),
    "HTML tags": lambda n: b"Content-Type: text/html\n" + bounce("<p " * (n * 20)),
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?a?= " * (n * 10) + b"\n" + bounce(""),
    "parameters": lambda n: b"Content-Type: a/b" + b"; a*1=b" * (n * 20) + b"\n" + bounce(""),
    "comments": lambda n: dsn("Final-Recipient: rfc822; " + "(" * (n * 20)),
    "JSON": lambda n: b"From: a@sns.amazonaws.com\n\n" + b'{"a":' * (n * 20),
    "quoted-printable": lambda n: (
        b"Content-Transfer-Encoding: quoted-printable\n" + bounce("=" * (n * 20))
    ),
    "base64": lambda n: b"Content-Transfer-Encoding: base64\n" + bounce("A" * (n * 20)),
}


def seconds(raw: bytes) -> float:
    """The least processor time of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        parse(raw)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_time_grows_no_faster_than_size(make):
    small, large = make(1500), make(6000)
    check(small)
    # Four times as large may take four times as long; eight leaves room for a busy machine.
    assert seconds(large) < 8 * max(seconds(small), 0.002)


@pytest.mark.parametrize(
    "raw",
    [
        bounce("word " * 2_000_000),
        bounce("x\n" * 5_000_000),
        b"X-Header: y\n" * 100_000 + bounce(""),
        nested(1000),
        bounce("<a@b.example>: " + "a@" * 500_000),
    ],
    ids=[
        "10 MB of words",
        "10 MB of lines",
        "100,000 header lines",
        "1,000 nested parts",
        "1 MB line",
    ],
)
def test_very_large_messages_take_seconds_at_most(raw):
    began = time.process_time()
    parse(raw)
    assert time.process_time() - began < 5


def test_what_is_cut_off_is_said():
    assert "Only the first" in parse(b"A: b\n\n" + b"x" * (mime.MOST_BYTES + 1)).note
    assert "nested" in parse(nested(100)).note
    head = b"Content-Type: multipart/mixed; boundary=b\n\n"
    part, end = b"--b\n\nx\n", b"--b--\n"
    assert "many parts" in parse(head + part * (mime.MOST_PARTS + 1) + end).note
    assert parse(head + part * mime.MOST_PARTS + end).note == ""
