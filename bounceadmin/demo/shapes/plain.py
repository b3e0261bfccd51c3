"""Reports in plain text, from MTAs that write no RFC 3464 fields."""

from __future__ import annotations

from bounceadmin.demo.shapes.letter import Letter


def exim(letter: Letter) -> bytes:
    told = (
        f"    host {letter.mx} [192.0.2.44]\n"
        f"    SMTP error from remote mail server after RCPT TO:<{letter.recipient}>:\n"
        f"    {letter.said}"
        if letter.code
        else f"    {letter.said}"
    )
    return f"""\
Return-path: <>
Auto-Submitted: auto-replied
X-Failed-Recipients: {letter.recipient}
From: Mail Delivery System <Mailer-Daemon@{letter.sender_host}>
To: {letter.return_path}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E{letter.serial}-Ex@{letter.sender_host}>
Date: {letter.date}

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {letter.recipient}
{told}

------ This is a copy of the message, including all the headers. ------

{letter.whole()}""".encode()


def qmail(letter: Letter) -> bytes:
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mail.{letter.domain}
To: {letter.return_path}
Subject: failure notice
Date: {letter.date}
Message-ID: <{letter.serial}.qmail@mail.{letter.domain}>

Hi. This is the qmail-send program at mail.{letter.domain}.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{letter.recipient}>:
192.0.2.44 does not like recipient.
Remote host said: {letter.said}
Giving up on 192.0.2.44.

--- Below this line is a copy of the message.

{letter.whole()}""".encode()


def yahoo(letter: Letter) -> bytes:
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@{letter.domain}
To: {letter.return_path}
Subject: Failure Notice
Date: {letter.date}
Message-ID: <{letter.serial}.y@mta.{letter.domain}>

Sorry, we were unable to deliver your message to the following address.

<{letter.recipient}>:
{letter.said}

--- Below this line is a copy of the message.

{letter.whole()}""".encode()


def opensmtpd(letter: Letter) -> bytes:
    return f"""\
Return-Path: <>
Subject: Delivery status notification: error
From: Mailer Daemon <MAILER-DAEMON@{letter.sender_host}>
To: {letter.return_path}
Date: {letter.date}
Message-ID: <{letter.serial}.o@{letter.sender_host}>

    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

{letter.recipient}: {letter.said}

    Below is a copy of the original message:

{letter.whole()}""".encode()
