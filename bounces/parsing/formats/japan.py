"""Carriers, providers and products of Japan, whose reports follow customs of their own."""

from __future__ import annotations

from bounces.parsing.formats.mtas import SENDMAIL
from bounces.parsing.formats.table import COLON, Format
from bounces.parsing.layouts import Layout

FORMATS: tuple[Format, ...] = (
    Format(
        "ezweb",
        lines=(
            "the user(s) account is",
            "each of the following recipients was rejected",
            "the following recipients did not receive this message",
        ),
        fields=(
            "from: postmaster@ezweb.ne.jp",
            "from: postmaster@au.com",
            "message-id: *.ezweb.ne.jp>",
            "message-id: *.au.com>",
        ),
        layout=Layout(
            labels=r"Recipient",
            announces=r"The user\(s\) account is .*",
            details=r"^This message was undeliverable due to the following reason:",
            after_details=r"^(?:The following|Each of the following) recipients",
        ),
        transcript=True,
    ),
    Format(
        "kddi",
        lines=("your mail sent on:", "could not be delivered to: <"),
        fields=("from: no-reply@app.auone-net.jp", "reply-to: no-reply@app.auone-net.jp"),
        layout=Layout(labels=r"Could not be delivered to", listed=False),
    ),
    Format("activehunter", fields=("x-ahmailid",), layout=SENDMAIL, transcript=True),
    Format(
        "biglobe",
        lines=("non-delivered information",),
        fields=(
            "from: postmaster@biglobe.ne.jp",
            "from: postmaster@inacatv.ne.jp",
            "from: postmaster@tmtv.ne.jp",
            "from: postmaster@ttv.ne.jp",
        ),
        layout=Layout(
            begins=r"addresses had delivery problems", details=r"Non-delivered information[ -]*"
        ),
    ),
    Format(
        "mfilter",
        lines=("server message",),
        fields=("x-mailer: m-filter",),
        layout=Layout(details=r"^-+ ?server message", ends=r"^-+ ?original m"),
        sure=False,
    ),
    Format(
        "docomo",
        fields=("from: mailer-daemon@docomo.ne.jp",),
        layout=COLON,
        sure=False,
        transcript=True,
    ),
    Format(
        "softbank",
        fields=("from: mailer-daemon@softbank.ne.jp", "from: mailer-daemon@i.softbank.jp"),
        layout=COLON,
        sure=False,
    ),
)
