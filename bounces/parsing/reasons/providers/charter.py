"""Charter (Spectrum), and the road runner domains it runs."""

import re

from bounces.parsing.reasons.providers.table import Provider


def _every_ten(first: int, last: int, reason: str) -> dict[str, str]:
    """Return rows for the codes `first`, `first` + 10 ... `last`."""
    return {str(number): reason for number in range(first, last + 1, 10)}


CHARTER = Provider(
    name="charter",
    source="spectrum.net: understanding email error codes; Charter postmaster services",
    hosts=("charter.net", "rr.com", "spectrum.net", "twc.com", "brighthouse.com"),
    words=("spectrum",),
    code=re.compile(r"aup#[a-z]*-?(\d{4})(?!\d)"),
    codes={
        **dict.fromkeys(("1000", "1010", "1020"), "blocked"),
        "1090": "systemerror",
        **_every_ten(1100, 1150, "requireptr"),
        **_every_ten(1160, 1190, "authfailure"),
        **_every_ten(1200, 1210, "rejected"),
        **_every_ten(1220, 1250, "blocked"),
        "1260": "networkerror",
        **_every_ten(1300, 1340, "toomanyconn"),
        **_every_ten(1350, 1490, "ratelimited"),
        **dict.fromkeys(("1500", "1510", "1520", "1560"), "rejected"),
        "1530": "mesgtoobig",
        **dict.fromkeys(("1540", "1550"), "toomanyconn"),
        **dict.fromkeys(("1580", "1590"), "ratelimited"),
    },
    phrases=(
        ("blocked", "esmtp server not available"),
        ("blocked", "cmsmtp * blocked"),
        ("rejected", "sender rejected"),
        ("blocked", "ip address has been blocked"),
        ("blocked", "connection refused"),
        ("toomanyconn", "too many connections"),
        ("ratelimited", "rate limit"),
        ("userunknown", "no such recipient"),
        ("userunknown", "user unknown"),
        ("mailboxfull", "mailbox full"),
    ),
)
