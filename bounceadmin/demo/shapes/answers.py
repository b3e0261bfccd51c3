"""What comes back and is no bounce: automatic replies, complaints, and what nobody can read."""

from __future__ import annotations

from email.utils import format_datetime

from bounceadmin.demo.shapes.letter import Letter

# Subject and text, by language.
_AWAY = (
    ("Automatic reply: {subject}", "I am out of the office and will answer when I am back."),
    ("Abwesenheitsnotiz: {subject}", "Ich bin derzeit nicht im Haus und antworte danach."),
    ("Out of office: {subject}", "Thank you for your message. I am on leave this week."),
)


def autoreply(letter: Letter) -> bytes:
    """An answer of RFC 3834 to a letter that arrived."""
    subject, text = _AWAY[sum(letter.serial.encode()) % len(_AWAY)]
    return f"""\
From: <{letter.recipient}>
To: {letter.return_path}
Subject: {subject.format(subject=letter.subject)}
Date: {letter.date}
Message-ID: <{letter.serial}.away@{letter.domain}>
In-Reply-To: <{letter.message_id}>
Auto-Submitted: auto-replied
Precedence: bulk
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
""".encode()


def complaint(letter: Letter) -> bytes:
    """A feedback report of RFC 5965: a person pressed "this is spam"."""
    edge = letter.boundary
    return f"""\
From: <feedback@fbl.{letter.domain}>
To: {letter.return_path}
Subject: FW: {letter.subject}
Date: {letter.date}
Message-ID: <{letter.serial}.fbl@fbl.{letter.domain}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="{edge}"

--{edge}
Content-Type: text/plain; charset=us-ascii

This is an abuse report for a message from {letter.ip} received on
{format_datetime(letter.sent_at)}.

--{edge}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: FeedbackLoop/1.4
Version: 1
Original-Mail-From: <{letter.return_path}>
Original-Rcpt-To: <{letter.recipient}>
Arrival-Date: {format_datetime(letter.sent_at)}
Source-IP: {letter.ip}
Reported-Domain: {letter.header_from.rpartition("@")[2]}

--{edge}
Content-Type: message/rfc822

{letter.whole()}
--{edge}--
""".encode()


def unreadable(letter: Letter) -> bytes:
    """A report that was torn on its way: half a header, then bytes of no text."""
    torn = bytes((n * 197 + len(letter.serial)) % 256 for n in range(1200))
    head = (
        f"From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=lost\nDate: {letter.date}"
    )
    return head.encode() + b"\n\n--los\x00" + torn
