"""Cox Communications."""

import re

from bounces.parsing.reasons.providers.table import Provider

COX = Provider(
    name="cox",
    source="postmaster.cox.net and cox.com: email error codes",
    hosts=("cox.net",),
    words=("cox",),
    code=re.compile(
        r"(?<![a-z0-9])(cxbl|cdrbl|ipbl|urlbl|cxthrt|cxmxrt|cxcnct|cxdns|cxsndr|cxsmtp|cxjnk)"
    ),
    codes={
        "cxbl": "blocked",
        "cdrbl": "blocked",
        "ipbl": "blocked",
        "urlbl": "spamdetected",
        "cxjnk": "spamdetected",
        "cxthrt": "securityerror",
        "cxmxrt": "ratelimited",
        "cxcnct": "toomanyconn",
        "cxdns": "requireptr",
        "cxsndr": "authfailure",
        "cxsmtp": "rejected",
    },
    phrases=(
        ("blocked", "connection refused * blacklist"),
        ("blocked", "service refused"),
        ("ratelimited", "exceeded the maximum number of messages"),
        ("ratelimited", "rate exceeded"),
        ("blocked", "too many bad commands from"),
        ("rejected", "esmtp no dns match"),
        ("systemerror", "esmtp server temporarily not available"),
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
