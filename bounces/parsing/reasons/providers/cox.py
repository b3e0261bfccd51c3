"""Cox Communications."""

import re

from bounces.parsing.reasons.providers.table import Provider

COX = Provider(
    name="cox",
    source="postmaster.cox.net and cox.com: email error codes",
    hosts=("cox.net",),
    words=("cox",),
    code=re.compile(r"(?<![a-z0-9])(cxbl|cdrbl|ipbl|cxthrt|cxmxrt|cxdns|cxsndr)"),
    codes={
        "cxbl": "blocked",
        "cdrbl": "blocked",
        "ipbl": "blocked",
        "cxthrt": "ratelimited",
        "cxmxrt": "ratelimited",
        "cxdns": "requireptr",
        "cxsndr": "rejected",
    },
    phrases=(
        ("blocked", "connection refused * blacklist"),
        ("blocked", "service refused"),
        ("ratelimited", "exceeded the maximum number of messages"),
        ("ratelimited", "rate exceeded"),
        ("toomanyconn", "too many sessions"),
        ("toomanyconn", "too many recipients"),
        ("policyviolation", "found on industry * list"),
        ("requireptr", "reverse dns"),
        ("rejected", "sender rejected"),
        ("rejected", "email address is not registered as a sender"),
        ("virusdetected", "virus"),
        ("badreputation", "low reputation"),
        ("userunknown", "user unknown"),
    ),
)
