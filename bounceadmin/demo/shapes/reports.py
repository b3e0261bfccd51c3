"""Reports with RFC 3464 fields, each as its MTA writes them."""

from __future__ import annotations

from email.utils import format_datetime

from bounceadmin.demo.shapes.letter import Letter, report


def postfix(letter: Letter) -> bytes:
    return _postfix(
        letter,
        subject="Undelivered Mail Returned to Sender",
        opening="I'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.",
        action="failed",
        status=letter.status,
    )


def postfix_delay(letter: Letter) -> bytes:
    """A warning: nothing is lost yet."""
    return _postfix(
        letter,
        subject="Delayed Mail (still being retried)",
        opening="THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\n"
        "Your message could not be delivered for more than 4 hour(s).\n"
        "It will be retried until it is 5 day(s) old.",
        action="delayed",
        status=letter.status,
        more="Will-Retry-Until: " + format_datetime(letter.at.replace(microsecond=0)) + "\n",
    )


def _postfix(
    letter: Letter, subject: str, opening: str, action: str, status: str, more: str = ""
) -> bytes:
    told = (
        f"host {letter.mx}[192.0.2.44] said:\n    {letter.said} (in reply to RCPT TO command)"
        if letter.code
        else letter.said
    )
    kind = "smtp" if letter.code else "X-Postfix"
    remote = f"Remote-MTA: dns; {letter.mx}\n" if letter.code else ""
    return report(
        letter,
        top=f"Return-Path: <>\nFrom: MAILER-DAEMON@{letter.sender_host} (Mail Delivery System)\n"
        f"Subject: {subject}\nAuto-Submitted: auto-replied\n"
        f"Message-Id: <{letter.serial}.report@{letter.sender_host}>\n",
        human=f"This is the mail system at host {letter.sender_host}.\n\n{opening}\n\n"
        f"                   The mail system\n\n<{letter.recipient}>: {told}\n",
        fields=f"Reporting-MTA: dns; {letter.sender_host}\n"
        f"X-Postfix-Queue-ID: {letter.serial.upper()}\n"
        f"X-Postfix-Sender: rfc822; {letter.return_path}\n"
        f"Arrival-Date: {format_datetime(letter.sent_at)}\n\n"
        f"Final-Recipient: rfc822; {letter.recipient}\n"
        f"Original-Recipient: rfc822;{letter.recipient}\n"
        f"Action: {action}\nStatus: {status}\n{remote}"
        f"Diagnostic-Code: {kind}; {letter.said}\n{more}",
    )


def sendmail(letter: Letter) -> bytes:
    return report(
        letter,
        top="Return-Path: <MAILER-DAEMON>\n"
        f"From: Mail Delivery Subsystem <MAILER-DAEMON@mail.{letter.domain}>\n"
        f"Message-Id: <{letter.serial}.s@mail.{letter.domain}>\n"
        "Subject: Returned mail: see transcript for details\n"
        "Auto-Submitted: auto-generated (failure)\n",
        human=f"The original message was received at {format_datetime(letter.sent_at)}\n"
        f"from {letter.sender_host} [{letter.ip}]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n"
        f"<{letter.recipient}>\n    (reason: {letter.said})\n\n"
        "   ----- Transcript of session follows -----\n"
        f"... while talking to {letter.mx}.:\n>>> RCPT To:<{letter.recipient}>\n"
        f"<<< {letter.said}\n",
        fields=f"Reporting-MTA: dns; mail.{letter.domain}\n"
        f"Received-From-MTA: DNS; {letter.sender_host}\n"
        f"Arrival-Date: {format_datetime(letter.sent_at)}\n\n"
        f"Final-Recipient: RFC822; {letter.recipient}\nAction: failed\n"
        f"Status: {letter.status}\nRemote-MTA: DNS; {letter.mx}\n"
        f"Diagnostic-Code: SMTP; {letter.said}\nLast-Attempt-Date: {letter.date}\n",
        whole=False,
    )


def exchange(letter: Letter) -> bytes:
    """Exchange Online."""
    server = f"AM7PR0{len(letter.serial)}MB.eurprd04.prod.outlook.com"
    postmaster = f"postmaster@{letter.domain.partition('.')[0]}.onmicrosoft.example"
    return report(
        letter,
        top=f"From: Microsoft Outlook <{postmaster}>\n"
        f"Message-ID: <{letter.serial}.x@{server}>\n"
        f"Subject: Undeliverable: {letter.subject}\nAuto-Submitted: auto-replied\n"
        "X-MS-Exchange-Message-Is-Ndr:\n",
        human=f"Your message to {letter.recipient} couldn't be delivered.\n\n"
        "Diagnostic information for administrators:\n\n"
        f"Generating server: {server}\n\n{letter.recipient}\nRemote Server returned "
        f"'{letter.said}'\n",
        fields=f"Reporting-MTA: dns;{server}\nReceived-From-MTA: dns;{letter.sender_host}\n"
        f"Arrival-Date: {format_datetime(letter.sent_at)}\n\n"
        f"Final-Recipient: rfc822;{letter.recipient}\nAction: failed\nStatus: {letter.status}\n"
        f"Diagnostic-Code: smtp;{letter.said}\nX-Display-Name: {letter.recipient}\n",
        whole=False,
    )


def gmail(letter: Letter) -> bytes:
    """Gmail's own sending hosts."""
    return report(
        letter,
        top="Return-Path: <>\n"
        f"From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\n"
        f"X-Failed-Recipients: {letter.recipient}\nAuto-Submitted: auto-replied\n"
        f"Message-ID: <{letter.serial}.g@mx.google.com>\n"
        "Subject: Delivery Status Notification (Failure)\n",
        human=f"** Address not found **\n\nYour message wasn't delivered to {letter.recipient} "
        "because the address couldn't be found, or is unable to receive mail.\n\n"
        f"The response was:\n\n{letter.said}\n",
        fields="Reporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; "
        f"{letter.header_from}\nArrival-Date: {format_datetime(letter.sent_at)}\n"
        f"X-Original-Message-ID: <{letter.message_id}>\n\n"
        f"Final-Recipient: rfc822; {letter.recipient}\nAction: failed\nStatus: {letter.status}\n"
        f"Diagnostic-Code: smtp; {letter.said}\nLast-Attempt-Date: {letter.date}\n",
    )


def ses(letter: Letter) -> bytes:
    """Amazon SES, where it mails its notices."""
    host = "a8-31.smtp-out.amazonses.com"
    remote = f"Remote-MTA: dns; {letter.mx}\n" if letter.code else ""
    return report(
        letter,
        top="Return-Path: <>\nFrom: MAILER-DAEMON@amazonses.com\n"
        f"Subject: Delivery Status Notification (Failure)\n"
        f"Message-ID: <{letter.serial}-0000@email.amazonses.com>\n",
        human="An error occurred while trying to deliver the mail to the following recipients:\n"
        f"{letter.recipient}\n",
        fields=f"Reporting-MTA: dns; {host}\n\n"
        f"Final-Recipient: rfc822;{letter.recipient}\nAction: failed\nStatus: {letter.status}\n"
        f"Diagnostic-Code: smtp; {letter.said}\n{remote}",
    )
