"""Bounces as text, for tests of what happens to them (how they are read is tested elsewhere)."""

from __future__ import annotations

import itertools

_numbers = itertools.count(1)


def dsn(
    recipient: str = "ann@example.net",
    *,
    to: str = "bounces@bounces.example.com",
    status: str = "5.1.1",
    reply: str = "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown",
    action: str = "failed",
    original_message_id: str = "",
    message_id: str = "",
    date: str = "Fri, 20 Nov 2026 12:00:00 +0000",
) -> bytes:
    """A delivery status notification of RFC 3464, as Postfix writes them."""
    n = next(_numbers)
    lines = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <{message_id or f"report-{n}@mx.example.org"}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part-{n}"

--part-{n}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

<{recipient}>: host mx.example.net[192.0.2.25] said: {reply.format(recipient=recipient)}
    (in reply to RCPT TO command)

--part-{n}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: {date}

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; {reply.format(recipient=recipient)}

--part-{n}
Content-Type: message/rfc822

From: News <news@example.com>
To: {recipient}
Subject: The autumn letter
Message-ID: <{original_message_id or f"letter-{n}@example.com"}>

Hello!

--part-{n}--
"""
    return lines.encode()


def autoreply(to: str = "bounces@bounces.example.com") -> bytes:
    """An out-of-office reply of RFC 3834."""
    return f"""\
From: Ann <ann@example.net>
To: {to}
Subject: Out of office: The autumn letter
Date: Fri, 20 Nov 2026 12:00:00 +0000
Message-ID: <away-{next(_numbers)}@example.net>
Auto-Submitted: auto-replied
Precedence: bulk

I am away until Monday.
""".encode()


def complaint(recipient: str = "ann@example.net", *, return_path: str = "", to: str = "") -> bytes:
    """A feedback report of RFC 5965."""
    n = next(_numbers)
    return f"""\
From: <feedback@provider.example.net>
To: {to or "fbl@example.com"}
Subject: FW: The autumn letter
Date: Fri, 20 Nov 2026 12:00:00 +0000
Message-ID: <complaint-{n}@provider.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part-{n}"

--part-{n}
Content-Type: text/plain

This is an email abuse report for a message received from 192.0.2.1.

--part-{n}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Example/1.0
Version: 1
Original-Mail-From: <{return_path}>
Original-Rcpt-To: <{recipient}>
Source-IP: 192.0.2.1

--part-{n}
Content-Type: message/rfc822

Return-Path: <{return_path}>
From: News <news@example.com>
To: {recipient}
Subject: The autumn letter
Message-ID: <letter-complained-{n}@example.com>

Hello!

--part-{n}--
""".encode()
