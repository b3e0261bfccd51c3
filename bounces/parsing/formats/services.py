"""Mailbox providers, sending services and filters, by how their non-delivery reports look."""

from __future__ import annotations

from bounces.parsing.formats.mtas import _EXIM
from bounces.parsing.formats.table import COLON, Format
from bounces.parsing.layouts import Layout

_GMAIL = Layout(
    begins=r"following recipient|wasn't delivered to|delivery to the following|problem delivering",
    details=r"^Technical details of (?:permanent|temporary) failure:|^The response(?: from the "
    r"remote server)? was:",
)
_EINSUNDEINS = Layout(begins=r"following address", details=r"^For the following reason:",
                      ends=r"^---")  # fmt: skip
_ZOHO = Layout(begins=r"could not be delivered")
_MAILMARSHAL = Layout(
    begins=r"(?:recipients were affected|Could not be delivered because)",
    ends=r"^Additional Information",
)
_MAILFOUNDRY = Layout(labels=r"Unable to deliver message to", listed=False,
                      details=r"^Delivery failed for the following reason:",
                      ends=r"^This has been a permanent")  # fmt: skip
_SURFCONTROL = Layout(labels=r"Addressed To", listed=False, details=r"^Failed to send to")
_BARRACUDA = Layout(begins=r"^Your message to:?|message to the following", labels=r"Recipient")
_AMAVIS = Layout(begins=r"^(?:A message from|Your message to)", ends=r"^Our internal reference")
_CHINESE = Layout(
    labels=r"(?:收件人|收信人|Recipient|To|邮件地址|无法发送到|无法投递到)[:： ]*",
    details=r"(?:退信原因|退信代码|失败原因|错误信息|Reason|remote server said)[:： ]*",
)

FORMATS: tuple[Format, ...] = (
    Format("googlegroups", fields=("message-id: *gmr@mx.google.com", "message-id: *gmr@google.com")),
    Format("gmail", layout=_GMAIL,
           lines=("delivery to the following recipient failed permanently",
                  "delivery to the following recipient has been delayed",
                  "technical details of permanent failure", "technical details of temporary failure",
                  "address not found", "message not delivered", "message blocked"),
           ),
    Format("gmx", layout=_EXIM, fields=("x-gmx-antispam", "x-gmx-antivirus")),
    Format("einsundeins", layout=_EINSUNDEINS,
           fields=("x-ui-out-filterresults",)),
    Format("mailru", layout=_EXIM, fields=("x-mailer-daemon-recipients", "from: mailer-daemon@corp.mail.ru"),
           lines=("это письмо создано автоматически сервером mail.ru",)),
    Format("yandex", layout=COLON, lines=("this is the mail system at host yandex",),
           report_fields=("x-yandex-queue-id",)),
    Format("yahoo", layout=COLON,
           lines=("sorry, we were unable to deliver your message to the following address",)),
    Format("mxlogic", layout=_EXIM, fields=("x-mx-bounce", "x-mxl-notehash", "x-mxl-hash")),
    Format("zoho", layout=_ZOHO, fields=("x-zohomail", "x-mailer: zoho mail")),
    Format("sendgrid", layout=Layout(labels=r"[\w.+-]{0,64}:\d+:"),
           lines=("this is an automatically generated message from sendgrid",),
           report_fields=("x-sendgrid-queueid",)),
    Format("powermta", lines=("hello, this is the mail server on",),
           report_fields=("x-powermta-bouncecategory", "x-powermta-virtualmta")),
    Format("amazonworkmail", fields=("x-mailer: amazon workmail",)),
    Format("amazonses", sure=False, fields=("x-ses-outgoing", "x-aws-outgoing")),
    Format("mcafee", fields=("x-nai-header",)),
    Format("mailfoundry", layout=_MAILFOUNDRY, fields=("from: \"mailfoundry", "from: mailfoundry"),
           lines=("unable to deliver message to: <",)),
    Format("mailmarshal", layout=_MAILMARSHAL, fields=("x-mailer: mailmarshal", "from: *mailmarshal"),
           lines=("the following recipients were affected",)),
    Format("surfcontrol", layout=_SURFCONTROL, fields=("x-mailer: surfcontrol", "x-sef-processed")),
    Format("messagelabs", fields=("x-msg-ref: *messagelabs", "message-id: *.messagelabs.com>"),
           sure=False, report_fields=("x-messagelabs-queue-id",)),
    Format("mimecast", sure=False, fields=("x-mc-unique",),
           lines=("the message you sent to", "mimecast")),
    Format("barracuda", layout=_BARRACUDA, report_fields=("x-barracuda-queue-id",),
           lines=("was blocked by our spam firewall",)),
    Format("amavis", layout=_AMAVIS, sure=False, report_fields=("final-log-id",)),
    Format("symantec", layout=COLON, report_fields=("x-symantec-messaging-gateway-queue-id",)),
    Format("facebook", sure=False, fields=("from: facebook <mailer-daemon@", "from: *mailer-daemon@mx.facebook.com")),
    Format("aol", sure=False, fields=("from: *mailer-daemon@aol.com",), layout=COLON,
           report_fields=("x-outbound-mail-relay-queue-id",)),
    Format("mailgun", sure=False, fields=("x-mailgun-sid",),
           lines=("unfortunately, we were unable to deliver your message",)),
    Format("sparkpost", sure=False, lines=("this is a delivery status notification email",)),
    Format("fml", layout=Layout(labels=r"Duplicated Message-ID in", listed=False),
           lines=("duplicated message-id in",)),
    Format("tencent", layout=_CHINESE,
           lines=("抱歉，您的邮件被退回来了", "抱歉,您的邮件被退回来了", "很抱歉，您发送的邮件", "很抱歉您发送的邮件",
                  "您发送的邮件被退回", "sorry, your message has been returned")),
    Format("netease", layout=_CHINESE,
           fields=("from: postmaster@163.com", "from: postmaster@126.com", "from: postmaster@188.com",
                   "from: postmaster@yeah.net"), sure=False,
           lines=("抱歉，您的邮件未能", "您的邮件未能送达", "抱歉，以下邮件地址发送失败")),
)  # fmt: skip
