"""Mail transfer agents, by how their non-delivery reports look (from their sources and manuals)."""

from __future__ import annotations

from bounces.parsing.formats.table import COLON, Format
from bounces.parsing.layouts import Layout

# "----- The following addresses had permanent fatal errors -----", one a line, `(reason: ...)` below.
_SENDMAIL = Layout(
    begins=r"The following addresses had|following addresses? (?:failed|could not)",
    ends=r"-{3,} ?(?:Transcript of session|Unsent message|Original message|Non-delivered)",
)
_EXIM = Layout(begins=r"following address|could not be delivered|has not (?:yet )?been delivered|"
               r"not been collected|failed:|получателям", ends=r"^[ \t]*\*{6,}|^No action is required")  # fmt: skip
# "Delivery to the following recipients failed.", then addresses set in.
_MICROSOFT_SMTP = Layout(begins=r"following recipients?", details=r"^\0")
_MICROSOFT = Layout(
    begins=r"Delivery has failed to|rejected your message|couldn'?t be delivered|could not be "
    r"delivered|did not reach the following|The following (?:recipient|organization)",
    details=r"^Diagnostic information for administrators:?",
    ends=r"^Original message headers",
)
# X.400 in its bones: "ann@example.net on Mon, 3 May 2004 10:00:00 -0500", the reason set in below.
_EXCHANGE_2003 = Layout(begins=r"did not reach the following recipient|could not be reached")
_DOMINO = Layout(begins=r"was not delivered to:?", details=r"^[ \t]*because:?[ \t]*$")
_GROUPWISE = Layout(begins=r"undeliverable to the following|not delivered to")
_COURIER = Layout(begins=r"cannot be delivered:|UNDELIVERABLE MAIL|DELAYED MAIL",
                  ends=r"^-{20,}|^If your message was also sent")  # fmt: skip
_OPENSMTPD = Layout(begins=r"following list of recipients|list of recipients:",
                    ends=r"^[ \t]+Below is a copy")  # fmt: skip
_DRAGONFLY = Layout(labels=r"There was an error delivering your mail to", listed=False,
                    ends=r"(?:Message headers|Original message) follows?\.")  # fmt: skip
_JAMES = Layout(
    begins=r"Failed recipient\(s\)|to the following addresses|Message details|Error message below",
    labels=r"RCPT TO",
    details=r"Error message(?: below)?:?",
    ends=r"^Message details",
)
_JAMES_DETAILS = Layout(labels=r"RCPT TO", listed=False, details=r"^Error message below:?")
_IMAIL = Layout(
    labels=r"undeliverable to|Unknown user:?|Invalid final delivery userid:?|User mailbox exceeds "
    r"allowed size:?|Delivery failed \d+ attempts:?|Unknown host:?|Could not deliver to",
    listed=False,
    details=r"^Body of message generated response:|^Error returned:",
)
_MDAEMON = Layout(
    labels=r"Failed address(?:es)?|Recipient(?:\(s\))?",
    begins=r"delivery error|NOT DELIVERED|Failed address|could not be delivered|not been delivered",
)
_MAILENABLE = Layout(labels=r"Recipient", details=r"^[ \t]*Reason:", listed=False)
_HMAILSERVER = Layout(begins=r"could not be reached|intended recipients", labels=r"Recipient")
_HARAKA = Layout(labels=r"Intended Recipients?", details=r"^Failure Reason:")
_MESSAGING_SERVER = Layout(
    labels=r"Recipient address", listed=False, begins=r"following recipients?:",
    ends=r"^Delivery attempt history",
)  # fmt: skip
_INTERSCAN = Layout(labels=r"Unable to deliver message to|Sent <<< RCPT TO|Deliver(?:y|ed) to")
_KERIO = Layout(labels=r"Your e?mail to|to", listed=False, begins=r"could not be delivered")

FORMATS: tuple[Format, ...] = (
    Format("postfix", layout=COLON,
           lines=("this is the mail system at host", "this is the postfix program at host",
                  "this is the postfix mail system at host", "this is the \"postfix\" program",
                  "your message was successfully delivered to the destination(s) listed below",
                  "delivery report unavailable"),
           report_fields=("x-postfix-queue-id", "x-postfix-sender",
                          "x-zimbra-queue-id", "x-mpop-fallback_mx-queue-id")),
    Format("exim", layout=_EXIM,
           lines=("this message was created automatically by mail delivery software",
                  "this message was created automatically by the smtp relay",
                  "this message was created automatically by the mail system",
                  "this message was created automatically by exim")),
    Format("sendmail", layout=_SENDMAIL, transcript=True,
           lines=("the following addresses had permanent fatal errors",
                  "the following addresses had transient non-fatal errors",
                  "the following addresses had permanent delivery errors",
                  "the following addresses have delivery notifications",
                  "the following addresses had successful delivery notifications",
                  "the following addresses had fatal errors",
                  "transcript of session follows")),
    Format("qmail", layout=COLON,
           lines=("hi. this is the qmail-send program", "hi. this is the deliver program at",
                  "hi. this is the", "this is the qmail-send program", "hi! this is the",
                  "we're sorry. there's a problem with the e-mail address",
                  "check your send e-mail address")),
    Format("opensmtpd", layout=_OPENSMTPD,
           lines=("this is the mailer-daemon, please do not reply",)),
    Format("courier", layout=_COURIER, transcript=True,
           lines=("this is a delivery status notification from", "undeliverable mail",
                  "delayed mail")),
    Format("dragonfly", layout=_DRAGONFLY, lines=("this is the dragonfly mail agent",)),
    Format("exchange2003", layout=_EXCHANGE_2003,
           fields=("x-mailer: internet mail service", "x-mimeole: *produced by microsoft exchange"),
           lines=("did not reach the following recipient(s):",)),
    Format("exchange", layout=_MICROSOFT,
           lines=("delivery has failed to these recipients", "sent by microsoft exchange server",
                  "diagnostic information for administrators",
                  "échec de la remise aux destinataires", "fehler bei der nachrichtenzustellung",
                  "die zustellung an diese empfänger", "no se pudo entregar el mensaje a estos",
                  "a entrega falhou para estes", "errore di recapito ai destinatari",
                  "bezorging aan deze geadresseerden is mislukt",
                  "次の受信者またはグループへの配信に失敗しました")),
    Format("microsoft-smtp", layout=_MICROSOFT_SMTP, sure=False,
           lines=("this is an automatically generated delivery status notification",),
           fields=("x-dsncontext",)),
    Format("domino", layout=_DOMINO, sure=False,
           fields=("subject: delivery failure: ", "x-mailer: lotus domino", "x-mimetrack"),
           lines=("was not delivered to:",)),
    Format("notes", lines=("failure reasons  ---",),
           layout=Layout(begins=r"Failure Reasons", ends=r"Returned Message")),
    Format("groupwise", layout=_GROUPWISE, fields=("x-mailer: groupwise", "x-mailer: novell groupwise"),
           lines=("the message that you sent was undeliverable to the following",)),
    Format("messagingserver", layout=_MESSAGING_SERVER,
           lines=("this report relates to a message you sent with the following header fields",)),
    Format("james", layout=_JAMES,
           lines=("hi. this is the james mail server at", "failed recipient(s):")),
    Format("james", layout=_JAMES_DETAILS, lines=("error message below:",)),
    Format("imailserver", layout=_IMAIL, fields=("x-mailer: <smtp32",),
           lines=("body of message generated response:",)),
    Format("mdaemon", layout=_MDAEMON, transcript=True, fields=("x-mdaemon-deliver-to",),
           lines=("the attached message had permanent fatal delivery errors",
                  "your message was not delivered to one or more recipients",
                  "the attached message had transient non-fatal")),
    Format("mailenable", layout=_MAILENABLE,
           lines=("mailenable: message could not be delivered",
                  "message could not be delivered to some recipients")),
    Format("hmailserver", layout=_HMAILSERVER, transcript=True,
           lines=("your message did not reach some or all of the intended recipients",)),
    Format("haraka", layout=_HARAKA, lines=("hi. this is the haraka mailer program",)),
    Format("kumomta", lines=("the message was received at", "this is the kumomta")  , sure=False,
           report_fields=("x-kumomta-queue",)),
    Format("v5sendmail", layout=_SENDMAIL, transcript=True,
           lines=("while talking to",), sure=False),
    Format("communigate", layout=COLON, lines=("this is the communigate pro",)),
    Format("kerio", layout=_KERIO, fields=("x-mailer: kerio",)),
    Format("x1", lines=("the following addresses had delivery errors",),
           layout=Layout(begins=r"addresses had delivery errors")),
    Format("x2", layout=COLON, lines=("unable to deliver message to the following address",)),
    Format("x3", lines=("delivery to the following recipients failed permanently",
                        "delevery to the following recipients was",
                        "delivery to the following recipients was aborted"),
           layout=Layout(begins=r"to the following recipients",
                         details=r"^[ \t]*Technical details:[ \t]*$")),
    Format("x6", lines=("we had trouble delivering your message",),
           layout=Layout(labels=r"SMTP Server <[^<>]{1,255}> rejected recipient|rejected recipient|"
                                r"(?:No route|Unable to deliver) (?:to|for)", listed=False)),
    Format("mailer", layout=Layout(begins=r"Failed addresses follow", ends=r"Message text follows"),
           lines=("failed addresses follow", "message log follows")),
    Format("interscan", layout=_INTERSCAN, transcript=True,
           fields=("from: \"interscan mss", "from: *interscan"),
           lines=("sent <<< rcpt to",)),
)  # fmt: skip
