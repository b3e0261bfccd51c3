"""A reply means the same whichever software reports it, and whatever words that puts around it."""

import pytest

from bounces.parsing import parse

ADDRESS = "ann@example.net"
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

"""
FORMS = {
    # The sender, other header fields, and the text around the reply
    "exim": ("Mailer-Daemon@mail.example.com", "", f"""{EXIM}  {ADDRESS}:
    SMTP error from remote mailer after RCPT TO:<{ADDRESS}>:
    host mx.example.net [192.0.2.25]: %s
"""),
    "gmx": ("mailer-daemon@gmx.de", "X-GMX-Antispam: 0\n", f"""{EXIM}"{ADDRESS}":
SMTP error from remote server after RCPT command:
host: mx.example.net
%s
"""),
    "einsundeins": ("mailer-daemon@kundenserver.de", "X-UI-Out-Filterresults: 1\n",
                    f"""{EXIM}{ADDRESS}:
SMTP error from remote server for RCPT TO command, host: mx.example.net (192.0.2.25) reason: %s
"""),
    "zoho": ("mailer-daemon@mail.zoho.com", "X-ZohoMail: Si\n", f"""{EXIM}
{ADDRESS} Invalid Address, ERROR_CODE :550, ERROR_CODE :%s
"""),
    "yahoo": ("MAILER-DAEMON@yahoo.com", "", f"""
Sorry, we were unable to deliver your message to the following address.

<{ADDRESS}>:
Remote host said: %s [RCPT_TO]
"""),
    "surfcontrol": ("postmaster@sef.example.com", "X-SEF-Processed: 5\n", f"""
A transcript of the attempts to send the message follows.
The number of attempts made: 1
Addressed To: {ADDRESS}

Failed to send to identified host,
{ADDRESS}: [192.0.2.25], %s
--- Message non-deliverable.
"""),
    "activehunter": ("MAILER-DAEMON@ah.example.jp", "X-AHMAILID: 1\n", f"""
  ----- The following addresses had permanent fatal errors -----

 >>> {ADDRESS} <<<

  ----- Transcript of session follows -----

 mx.example.net responded with %s
"""),
    "hmailserver": ("mailer-daemon@mail.example.com", "", f"""
Your message did not reach some or all of the intended recipients.

{ADDRESS}
   Error Type: SMTP
   Remote server (192.0.2.25) issued an error.
   hMailServer sent: RCPT TO:<{ADDRESS}>
   Remote server replied: %s

hMailServer
"""),
}  # fmt: skip
REPLIES = (
    ("550 5.7.1 Blocked by SpamAssassin", "spamdetected"),
    ("550 5.7.1 plaintext is not accepted, a TLS connection is required", "failedstarttls"),
    ("550 Account has been inactive for more than 12 months", "suspend"),
    ("550 User ann@example.net has exceeded his disk space limit.", "mailboxfull"),
    ("550 #5.1.0 Address rejected.", "userunknown"),
    ("550 5.7.1 Mail from 192.0.2.9 is blocked by us", "blocked"),
    ("550 5.1.1 unknown or illegal alias: ann@example.net", "userunknown"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("reply", "reason"), REPLIES)
def test_a_reply_means_the_same_in_every_form(form, reply, reason):
    sender, fields, text = FORMS[form]
    head = f"Return-Path: <>\nFrom: {sender}\n{fields}Subject: Mail delivery failed\n\n"
    parsed = parse((head + text % reply).encode())
    (report,) = parsed.reports
    assert (parsed.kind, parsed.format) == ("bounce", form)
    assert (report.recipient, report.smtp_code) == (ADDRESS, "550")
    # Where no command is named, "unknown" may be a filter's word.
    assert report.reason in ((reason, "filtered") if reason == "userunknown" else (reason,))
