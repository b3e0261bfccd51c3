"""Mailbox providers, sending services and filters, by how their non-delivery reports look."""

from __future__ import annotations

from bounces.parsing.formats.mtas import EXIM
from bounces.parsing.formats.table import COLON, Format
from bounces.parsing.layouts import Layout

_CHINESE = Layout(
    labels=r"(?:收件人|收信人|收件地址|Recipient|To|邮件地址|无法发送到|无法投递到)[:：\s]*",
    details=r"(?:退信原因|退信代码|失败原因|错误信息|出错原因|remote server said)[:： ]*",
)

FORMATS: tuple[Format, ...] = (
    Format(
        "googlegroups",
        fields=("message-id: *gmr@mx.google.com", "message-id: *gmr@google.com"),
    ),
    Format(
        "gmail",
        lines=(
            "delivery to the following recipient failed permanently",
            "delivery to the following recipient has been delayed",
            "technical details of permanent failure",
            "technical details of temporary failure",
            "your message wasn't delivered to",
            "there was a temporary problem delivering your message",
            "there was a problem delivering your message",
        ),
        layout=Layout(
            begins=r"following recipient",
            labels=r"Your message wasn't delivered to|delivering your message to",
            details=r"^Technical details of (?:permanent|temporary) failure:|"
            r"^The response(?: from the remote server)? was:",
        ),
    ),
    Format("gmx", fields=("x-gmx-antispam", "x-gmx-antivirus"), layout=EXIM),
    Format(
        "einsundeins",
        fields=("x-ui-out-filterresults",),
        layout=Layout(
            begins=r"following address", details=r"^For the following reason:", ends=r"^---"
        ),
    ),
    Format(
        "mailru",
        lines=("это письмо создано автоматически сервером mail.ru",),
        fields=("x-mailer-daemon-recipients", "from: mailer-daemon@corp.mail.ru"),
        layout=EXIM,
    ),
    Format(
        "yandex",
        lines=("this is the mail system at host yandex",),
        report_fields=("x-yandex-queue-id",),
        layout=COLON,
    ),
    Format(
        "yahoo",
        lines=("sorry, we were unable to deliver your message to the following address",),
        layout=COLON,
    ),
    Format("mxlogic", fields=("x-mx-bounce", "x-mxl-notehash", "x-mxl-hash"), layout=EXIM),
    Format(
        "zoho",
        fields=("x-zohomail", "x-mailer: zoho mail"),
        layout=Layout(begins=r"could not be delivered", labels=r"\[Status: [^\n,]{1,40}, Address:"),
    ),
    Format(
        "sendgrid",
        lines=("this is an automatically generated message from sendgrid",),
        report_fields=("x-sendgrid-queueid",),
        layout=Layout(labels=r"[\w.+-]{0,64}:\d+:"),
    ),
    Format(
        "powermta",
        lines=("hello, this is the mail server on",),
        report_fields=("x-powermta-bouncecategory", "x-powermta-virtualmta"),
    ),
    Format("amazonworkmail", fields=("x-mailer: amazon workmail",)),
    Format("amazonses", fields=("x-ses-outgoing", "x-aws-outgoing"), sure=False),
    Format("mcafee", fields=("x-nai-header",)),
    Format(
        "mailfoundry",
        lines=("unable to deliver message to: <",),
        fields=('from: "mailfoundry', "from: mailfoundry"),
        layout=Layout(
            labels=r"Unable to deliver message to",
            listed=False,
            details=r"^Delivery failed for the following reason:",
            ends=r"^This has been a permanent",
        ),
    ),
    Format(
        "mailmarshal",
        lines=("the following recipients were affected",),
        fields=("x-mailer: mailmarshal", "from: *mailmarshal"),
        layout=Layout(
            begins=r"recipients were affected|Could not be delivered because",
            ends=r"^Additional Information",
        ),
    ),
    Format(
        "mailmarshal",
        lines=("mailmarshal (an automated content monitoring",),
        layout=Layout(labels=r"To:", listed=False),
    ),
    Format(
        "surfcontrol",
        lines=("a transcript of the attempts to send the message follows",),
        fields=("x-mailer: surfcontrol", "x-sef-processed"),
        layout=Layout(
            labels=r"Addressed To",
            listed=False,
            details=r"^Failed to send to(?: identified host,?)?",
        ),
    ),
    Format(
        "interscan",
        lines=("sent <<< rcpt to", "sent >>> rcpt to"),
        fields=('from: "interscan', "from: *interscan", "from: *trend micro"),
        layout=Layout(labels=r"Unable to deliver message to|Sent (?:<<<|>>>) RCPT TO"),
        transcript=True,
    ),
    Format(
        "messagelabs",
        fields=("message-id: *.messagelabs.com>", "from: *messagelabs.com"),
        report_fields=("x-messagelabs-queue-id",),
        sure=False,
    ),
    Format("mimecast", fields=("x-mc-unique", "x-mimecast-bulk-signature"), sure=False),
    Format(
        "barracuda",
        lines=("was blocked by our spam firewall",),
        report_fields=("x-barracuda-queue-id",),
        layout=Layout(begins=r"^Your message to:?", ends=r"^was blocked"),
    ),
    Format(
        "amavis",
        report_fields=("final-log-id",),
        layout=Layout(begins=r"^A message from|^Your message", ends=r"^was considered"),
    ),
    Format("symantec", report_fields=("x-symantec-messaging-gateway-queue-id",), layout=COLON),
    Format("facebook", fields=("from: mailer-daemon@mx.facebook.com",), sure=False),
    Format(
        "aol",
        fields=("from: mailer-daemon@aol.com",),
        report_fields=("x-outbound-mail-relay-queue-id",),
        layout=COLON,
        sure=False,
        transcript=True,
    ),
    Format(
        "verizon",
        lines=("message could not be delivered to mobile",),
        fields=("from: post_master@vtext.com", "from: post_master@vzwpix.com"),
        layout=Layout(
            labels=r"RCPT TO|Message could not be delivered to",
            listed=False,
            details=r"^Error message below:|^Error:",
            after_details=r"^Message details",
        ),
    ),
    Format(
        "fml",
        lines=("duplicated message-id in",),
        fields=(
            "subject: loop alert",
            "subject: ignored not member",
            "subject: not member article",
            "subject: loop back warning",
            "subject: reject mail",
            "subject: fml system error",
            "subject: spam mail from a spammer",
            "subject: security alert:",
            "subject: warning: unix from",
        ),
        layout=Layout(labels=r"[^<\n@]{3,200}(?=<)", listed=False, keeps_label=True),
    ),
    Format(
        "tencent",
        lines=(
            "抱歉，您的邮件被退回来了",
            "抱歉,您的邮件被退回来了",
            "很抱歉，您发送的邮件",
            "很抱歉您发送的邮件未能",
            "您发送的邮件被退回了",
        ),
        layout=_CHINESE,
    ),
    Format(
        "netease",
        lines=("抱歉，您的邮件未能送达", "您的邮件未能送达收件人", "抱歉，以下邮件地址发送失败"),
        fields=(
            "from: postmaster@163.com",
            "from: postmaster@126.com",
            "from: postmaster@188.com",
            "from: postmaster@yeah.net",
        ),
        layout=_CHINESE,
    ),
)
