"""Mail transfer agents and mail servers, by how their non-delivery reports look."""

from __future__ import annotations

from bounces.parsing.formats.table import COLON, Format
from bounces.parsing.layouts import Layout

EXIM = Layout(
    begins=r"following address|could not be delivered|not (?:yet )?been delivered|failed:|"
    r"получателям",
    ends=r"^[ \t]*\*{6,}|^No action is required",
)
SENDMAIL = Layout(
    begins=r"The following addresses had|following addresses? (?:failed|could not)",
    ends=r"-{3,} ?(?:Transcript of session|Unsent message|Original message)",
)
# Below its words for people it repeats who failed, with the reply, for administrators.
_EXCHANGE = Layout(
    begins=r"^(?:Diagnostic information for administrators|"
    r"Diagnoseinformationen für Administratoren|"
    r"Informations de diagnostic pour les administrateurs|Información de diagnóstico para|"
    r"Informazioni di diagnostica per|Diagnostische (?:gegevens|informatie) voor|"
    r"Informações de diagnóstico para|管理者向けの診断情報|供管理员使用的诊断信息|"
    r"Сведения для диагностики)",
    ends=r"^Original message headers",
)
# "ann@example.net on Mon, 3 May 2004 10:00:00 -0500", what happened set in below.
_EXCHANGE_2003 = Layout(
    begins=r"did not reach the following recipient|could not be reached",
    # An address of X.400: "c=US;a= ;p=Example;dda:SMTP=ann@example.net;"
    labels=r"c=[^\n@]{1,200}SMTP=",
)

FORMATS: tuple[Format, ...] = (
    Format(
        "postfix",
        lines=(
            "this is the mail system at host",
            "this is the postfix program at host",
            "this is the postfix mail system at host",
            "delivery report unavailable",
        ),
        report_fields=("x-postfix-queue-id", "x-postfix-sender", "x-mpop-fallback_mx-queue-id"),
        layout=COLON,
        names_refuser="host ",
    ),
    Format(
        "exim",
        lines=(
            "this message was created automatically by mail delivery software",
            "this message was created automatically by the smtp relay",
            "this message was created automatically by the mail system",
            "this message was created automatically by exim",
            "a message that you sent contained no recipient addresses",
            "a message that you sent contained one or more recipient addresses that were",
            "a message that you sent was rejected by the local scanning code",
            "a message that you sent was longer than the maximum size",
        ),
        layout=EXIM,
        names_refuser="SMTP error",
    ),
    Format(
        "sendmail",
        lines=(
            "the following addresses had permanent fatal errors",
            "the following addresses had permanent delivery errors",
            "the following addresses had transient non-fatal errors",
            "the following addresses had fatal errors",
            "the following addresses had delivery problems",
            "the following addresses had successful delivery notifications",
            "the following addresses have delivery notifications",
            "transcript of session follows",
        ),
        layout=SENDMAIL,
        transcript=True,
    ),
    Format(
        "qmail",
        lines=(
            "hi. this is the",
            "we're sorry. there's a problem with the e-mail address",
            "check your send e-mail address",
        ),
        layout=COLON,
        virtual_domains=True,
    ),
    Format(
        "opensmtpd",
        lines=("this is the mailer-daemon, please do not reply",),
        layout=Layout(begins=r"list of recipients:", ends=r"^[ \t]+Below is a copy"),
    ),
    Format(
        "courier",
        lines=("this is a delivery status notification from", "undeliverable mail", "delayed mail"),
        layout=Layout(
            begins=r"cannot be delivered|not been delivered|UNDELIVERABLE MAIL|DELAYED MAIL",
            ends=r"^If your message was also sent",
        ),
        transcript=True,
    ),
    Format(
        "dragonfly",
        lines=("this is the dragonfly mail agent",),
        layout=Layout(
            labels=r"There was an error delivering your mail to",
            listed=False,
            ends=r"^(?:Message headers|Original message) follows?\.",
            paragraphs=True,
        ),
        names_refuser="did not like our",
    ),
    Format(
        "hmailserver",
        lines=("your message did not reach some or all of the intended recipients",),
        contains="hmailserver",
        layout=_EXCHANGE_2003,
    ),
    Format(
        "exchange2003",
        lines=(
            "did not reach the following recipient(s):",
            "your message did not reach some or all of the intended recipients",
        ),
        fields=("x-mailer: internet mail service",),
        layout=_EXCHANGE_2003,
    ),
    Format(
        "exchange",
        lines=(
            "delivery has failed to these recipients",
            "sent by microsoft exchange server",
            "diagnostic information for administrators",
            "fehler bei der nachrichtenzustellung",
            "échec de la remise",
            "no se pudo entregar a estos destinatarios",
            "error al entregar a estos destinatarios",
            "falha na entrega a estes destinatários",
            "recapito non riuscito",
            "bezorgen bij deze geadresseerden",
            "次の受信者またはグループへの配信に失敗しました",
            "未能送达以下收件人",
        ),
        layout=_EXCHANGE,
    ),
    Format(
        "exchange",
        lines=("your message to ",),
        contains="couldn't be delivered",
        layout=Layout(
            labels=r"Your message to|Recipient Address:?",
            listed=False,
            details=r"^(?:Reported error|Remote server returned(?: message)?):",
            after_details=r"^DSN generated by",
            ends=r"^(?:DSN generated by|Message Hops|Original Message Headers)",
        ),
        sure=False,
    ),
    Format(
        "microsoft-smtp",
        lines=("this is an automatically generated delivery status notification",),
        fields=("x-dsncontext",),
        layout=Layout(begins=r"following recipients?"),
        sure=False,
    ),
    Format(
        "domino",
        lines=("was not delivered to:",),
        fields=("subject: delivery failure: ", "x-mailer: lotus domino", "x-mimetrack"),
        layout=Layout(
            begins=r"was not delivered to:?|nicht zugestellt werden an|"
            r"pas été (?:remis|distribué) à|no se (?:ha entregado|entregó) a|"
            r"non è stato (?:recapitato|consegnato) a|"
            r"não foi entregue a|配信(?:され|でき)ませんでした",
            details=r"^[ \t]*(?:because|weil|car|parce que|porque|perché|理由|原因)[:：]?[ \t]*$",
        ),
        sure=False,
    ),
    Format(
        "notes",
        lines=("failure reasons",),
        layout=Layout(
            begins=r"Failure Reasons", ends=r"Returned Message", announces=r"^(?!.*(?:@|Failure)).+"
        ),
        local=True,
    ),
    Format(
        "groupwise",
        lines=("the message that you sent was undeliverable to the following",),
        fields=("x-mailer: groupwise", "x-mailer: novell groupwise"),
        layout=Layout(begins=r"undeliverable to the following"),
        local=True,
    ),
    Format(
        "messagingserver",
        lines=("this report relates to a message you sent with the following header fields",),
        layout=Layout(
            begins=r"following recipients?:",
            labels=r"Recipient address",
            listed=False,
            ends=r"^Delivery attempt history",
        ),
    ),
    Format(
        "james",
        lines=("hi. this is the james mail server at", "failed recipient(s):"),
        layout=Layout(begins=r"Failed recipient|following address", details=r"^Error message:?"),
    ),
    Format(
        "james",
        lines=("error message below:",),
        layout=Layout(
            labels=r"RCPT TO",
            listed=False,
            details=r"^Error message below:",
            after_details=r"^Message details",
        ),
    ),
    Format(
        "imailserver",
        lines=("body of message generated response:",),
        fields=("x-mailer: <smtp32",),
        layout=Layout(
            labels=r"undeliverable to|Unknown user:?|Invalid final delivery userid:?|"
            r"User mailbox exceeds allowed size:?|Delivery failed \d+ attempts:?|Unknown host:?|"
            r"Could not deliver to",
            listed=False,
            keeps_label=True,
            details=r"^Body of message generated response:|^Error returned:",
        ),
    ),
    Format(
        "mdaemon",
        lines=(
            "the attached message had permanent fatal delivery errors",
            "your message was not delivered to one or more recipients",
        ),
        fields=("x-mdaemon-deliver-to",),
        layout=Layout(labels=r"Failed address(?:es)?", listed=False, ends=r"Session Transcript"),
        transcript=True,
    ),
    Format(
        "mailenable",
        lines=(
            "mailenable: message could not be delivered",
            "message could not be delivered to some recipients",
        ),
        layout=Layout(labels=r"Recipient", listed=False),
    ),
    Format(
        "haraka",
        lines=("hi. this is the haraka mailer program",),
        layout=Layout(
            labels=r"Intended Recipients?",
            announces=r"^Failure Reason:(?: Error:)? Some recipients failed",
            details=r"^Failure Reason:",
            after_details=r"^\s*$",
        ),
    ),
    Format("kumomta", report_fields=("x-kumomta-queue",)),
    Format(
        "communigate",
        lines=("failed to deliver to '",),
        layout=Layout(labels=r"Failed to deliver to", listed=False, paragraphs=True),
    ),
    Format(
        "kerio",
        fields=("x-mailer: kerio",),
        layout=Layout(labels=r"Your e?mail to"),
    ),
    Format(
        "mailer",
        lines=("failed addresses follow", "message log follows"),
        layout=Layout(begins=r"Failed addresses follow", ends=r"Message text follows"),
    ),
    Format(
        "xmail",
        lines=("00>] xmail bounce: rcpt=[",),
        fields=("x-smtp-mailer-error",),
        layout=Layout(
            labels=r"Rcpt To",
            listed=False,
            details=r"^\[<02>\] The reason of the delivery failure was:?|^Server:(?=[ \t]*<)",
            ends=r"^\[<0[3-9]>\]",
        ),
    ),
    Format(
        "mmdf",
        lines=("your message could not be delivered to",),
        contains="(queue:",
        layout=Layout(begins=r"could not be delivered to", details=r"^[ \t]*reason:?"),
    ),
    Format(
        "pp",
        lines=("your message was not delivered to",),
        contains="for the following reason",
        layout=Layout(
            labels=r"your message was not delivered to",
            paragraphs=True,
            ends=r"^[ \t]*(?:Your message begins|\*{5,}|The original message)",
        ),
        local=True,
    ),
    Format(
        "mx",
        lines=(
            "an error was detected while processing the enclosed message",
            "a problem occurred during smtp delivery of your message",
        ),
        layout=Layout(
            labels=r"Error-For", ends=r"^[ \t]*Transcript:|^-{5,} ?Rejected message|^={20,}"
        ),
        local=True,
    ),
    Format(
        "ntmail",
        lines=("the requested destination was:",),
        fields=("x-mailer: ntmail",),
        layout=Layout(begins=r"requested destination was:"),
        local=True,
    ),
    Format(
        "vines",
        lines=("message not delivered to recipients below",),
        layout=Layout(labels=r"VNM\d+:[^\n@]{0,120}?[ \t]", listed=False, details=r"^VNM\d+ --"),
    ),
    Format(
        "ibm-vm",
        lines=("text of mail follows",),
        contains="unable to deliver following mail to recipient",
        layout=Layout(
            begins=r"unable to deliver following mail", details=r"received negative reply from host"
        ),
    ),
    Format(
        "e500",
        lines=("failed recipients --",),
        fields=("from: *e500_smtp_mail_service@",),
        layout=Layout(begins=r"Failed Recipients -", ends=r"^-+ ?Returned Mail"),
    ),
    # Software of which only the reports are known.
    Format(
        "x1",
        lines=("the following addresses had delivery errors",),
        layout=Layout(begins=r"addresses had delivery errors"),
    ),
    Format("x2", lines=("unable to deliver message to the following address",), layout=COLON),
    Format(
        "x3",
        lines=(
            "delivery to the following recipients failed permanently",
            "delivery to the following recipients was aborted",
            "delevery to the following recipients was aborted",
        ),
        layout=Layout(
            begins=r"to the following recipients",
            announces=r"was aborted after .*",
            details=r"^[ \t]*Technical details:[ \t]*$",
        ),
    ),
    Format(
        "x6",
        lines=("we had trouble delivering your message",),
        layout=Layout(
            labels=r"SMTP Server <[^<>]{1,255}> rejected recipient|"
            r"The following recipients returned (?:permanent|temporary) errors|"
            r"(?:No route|Unable to deliver|Failed to deliver|Could not route)[^<]{0,60}",
            listed=False,
            keeps_label=True,
        ),
    ),
)
