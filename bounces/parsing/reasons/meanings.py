"""What codes, commands and formats mean beside words that tell little, or none."""

from __future__ import annotations

BY_STATUS: dict[tuple[str, str], str] = {
    # (reason of the text, subject and detail) -> reason, where the code says more
    ("mesgtoobig", "2.2"): "mailboxfull",
    ("mesgtoobig", "2.3"): "exceedlimit",
    ("mailboxfull", "3.1"): "systemfull",
    ("exceedlimit", "2.2"): "mailboxfull",
    ("mailererror", "2.2"): "mailboxfull",
    ("ratelimited", "2.2"): "mailboxfull",
    ("norelaying", "1.1"): "userunknown",
    ("contenterror", "5.4"): "syntaxerror",
    ("rejected", "3.2"): "notaccept",
    ("hostunknown", "1.7"): "rejected",
    ("hostunknown", "1.8"): "rejected",
    ("userunknown", "1.6"): "hasmoved",
    ("userunknown", "1.7"): "rejected",
    ("userunknown", "1.8"): "rejected",
    ("userunknown", "2.2"): "mailboxfull",
    ("syntaxerror", "7.1"): "securityerror",
}
BY_COMMAND: dict[str, str] = {
    "CONN": "blocked",
    "EHLO": "blocked",
    "HELO": "blocked",
    "STARTTLS": "failedstarttls",
    "AUTH": "securityerror",
    "MAIL": "rejected",
    "PIPE": "mailererror",
}
BEFORE_MAIL = frozenset(("CONN", "EHLO", "HELO"))
GREETING = frozenset(("EHLO", "HELO"))
"""Where "invalid argument" (x.5.4) means the name that the sending host gave."""
UNHEARD = frozenset(("500", "502"))
"""Replies of a host that does not know the command itself."""
BY_FORMAT: dict[str, str] = {"googlegroups": "rejected"}
BY_REPLY: dict[str, str] = {
    "421": "systemerror",
    "452": "systemfull",
    "500": "syntaxerror",
    "501": "syntaxerror",
    "502": "syntaxerror",
    "503": "syntaxerror",
    "504": "syntaxerror",
    "530": "securityerror",
    "535": "securityerror",
    "551": "hasmoved",
    "552": "mailboxfull",
    "556": "notaccept",
}
PLAIN = frozenset(("551", "556"))
"""Reply codes that say one thing, and more than a bare x.7.1."""
ADDRESS_FORMATS = frozenset(
    ("courier", "domino", "exchange2003", "mcafee", "microsoft-smtp", "verizon", "imailserver")
)
"""Reports that say "user unknown" of addresses only, and name no SMTP command."""
TELLING = frozenset("127")
"""Subjects of status codes (address, mailbox, security) that are chosen with care."""
YIELDING = frozenset(("1.1", "2.1"))
"""Of these, codes that yield to what is said of the mailbox: both are sent of full ones, and x.2.1
of unknown ones too."""
SILENT = frozenset(("", "0.0", "1.0"))
"""Codes that leave it to "recipient address rejected", which servers say of anything."""
PUT_OFF = frozenset(("4.7.0", "4.7.1"))
"""Refused for security, but only for now, and nothing said of why: that is how greylisting, and
whoever else wants to see a second try, answers."""
KEPT_FOR_PIPE = frozenset(("mailboxfull", "systemfull", "mesgtoobig", "spamdetected"))
"""What a local program may report that is more than its own failure."""
