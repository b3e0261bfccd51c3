"""Charter (Spectrum), and the road runner domains it runs."""

import re

from bounces.parsing.reasons.providers.table import Provider

CHARTER = Provider(
    name="charter",
    source="spectrum.net: Charter postmaster services",
    hosts=("charter.net", "rr.com", "spectrum.net", "twc.com", "brighthouse.com"),
    words=("spectrum",),
    code=re.compile(r"aup#[a-z]*-?(\d{4})(?!\d)"),
    codes={
        **dict.fromkeys(("1000", "1010", "1020", "1300", "1370"), "blocked"),
        "1340": "toomanyconn",
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
