"""Carriers, providers and products of Japan, whose reports follow customs of their own."""

from __future__ import annotations

from bounces.parsing.formats.table import COLON, Format
from bounces.parsing.layouts import Layout

_EZWEB = Layout(
    labels=r"Recipient",
    announces=r"The user\(s\) account is .*|"
    r"The following recipients did not receive this message.*",
)
_KDDI = Layout(labels=r"Could not be delivered to", listed=False)
_ACTIVEHUNTER = Layout(begins=r"addresses had permanent fatal errors")
_BIGLOBE = Layout(
    begins=r"addresses had delivery problems", details=r"Non-delivered information -*"
)
_MFILTER = Layout(
    begins=r"server message|server command", labels=r"RCPT TO", details=r"^-+server message"
)

FORMATS: tuple[Format, ...] = (
    Format("ezweb", layout=_EZWEB, transcript=True,
           fields=("from: *postmaster@ezweb.ne.jp", "from: *postmaster@au.com",
                   "message-id: *.ezweb.ne.jp>", "message-id: *.au.com>",
                   "from: *postmaster@ido.ne.jp"),
           lines=("the user(s) account is", "each of the following recipients was rejected",
                  "the following recipients did not receive this message")),
    Format("kddi", layout=_KDDI, lines=("your mail sent on:", "could not be delivered to: <"),
           fields=("reply-to: no-reply@app.auone-net.jp", "from: no-reply@app.auone-net.jp")),
    Format("activehunter", layout=_ACTIVEHUNTER, transcript=True, fields=("x-ahmailid",)),
    Format("biglobe", layout=_BIGLOBE, fields=("from: *postmaster@biglobe.ne.jp",
           "from: *postmaster@inacatv.ne.jp", "from: *postmaster@tmtv.ne.jp",
           "from: *postmaster@ttv.ne.jp"), sure=False,
           lines=("non-delivered information",)),
    Format("mfilter", layout=_MFILTER, transcript=True, fields=("x-mailer: m-filter",),
           lines=("server message",), sure=False),
    Format("docomo", layout=COLON, sure=False, fields=("from: *mailer-daemon@docomo.ne.jp",)),
    Format("softbank", layout=COLON, sure=False,
           fields=("from: *mailer-daemon@softbank.ne.jp", "from: *mailer-daemon@i.softbank.jp")),
)  # fmt: skip
