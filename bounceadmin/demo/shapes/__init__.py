"""How different MTAs write down the same news. Written for this project after the formats' marks:
what real hosts write differs in wording, not in what a reader of the format looks for."""

from __future__ import annotations

from collections.abc import Callable

from bounceadmin.demo.shapes import answers, plain, reports
from bounceadmin.demo.shapes.letter import Letter

# Reports of a failure, by the MTA that writes them.
MTAS: dict[str, Callable[[Letter], bytes]] = {
    "postfix": reports.postfix,
    "sendmail": reports.sendmail,
    "exchange": reports.exchange,
    "gmail": reports.gmail,
    "ses": reports.ses,
    "exim": plain.exim,
    "qmail": plain.qmail,
    "yahoo": plain.yahoo,
    "opensmtpd": plain.opensmtpd,
}
SHAPES: dict[str, Callable[[Letter], bytes]] = MTAS | {
    "delay": reports.postfix_delay,
    "autoreply": answers.autoreply,
    "complaint": answers.complaint,
    "forged": reports.postfix,
    "unreadable": answers.unreadable,
}

__all__ = ["MTAS", "SHAPES", "Letter"]
