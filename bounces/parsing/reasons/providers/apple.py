"""Apple: iCloud, me.com and mac.com."""

import re

from bounces.parsing.reasons.providers.table import Provider

APPLE = Provider(
    name="apple",
    source="support.apple.com/102322: postmaster information for iCloud Mail",
    hosts=("icloud.com", "apple.com", "me.com", "mac.com"),
    code=re.compile(r"\[(cs\d\d|hm\d\d|hme\d)\]"),
    codes={
        **dict.fromkeys(("cs01", "cs02", "hm08"), "policyviolation"),
        "hme1": "authfailure",
    },
    phrases=(
        ("authfailure", "dmarc policy"),
        ("authfailure", "fails to pass authentication"),
        ("badreputation", "blocked due to sender reputation"),
        ("blocked", "mail from ip * was rejected"),
        ("blocked", "esmtp not accepting connections"),
        ("blocked", "blocked * proofpoint"),
        ("blocked", "host * not allowed to send"),
        ("requireptr", "reverse dns"),
        ("rejected", "domain of sender address"),
        ("policyviolation", "message rejected due to local policy"),
        ("policyviolation", "rejected due to local policy"),
        ("ratelimited", "deferred due to excessive volume"),
        ("ratelimited", "deferred * too many"),
        ("toomanyconn", "too many connections"),
        ("hasmoved", "recipient no longer on server"),
        ("mailboxfull", "user is over quota"),
        ("mailboxfull", "over quota"),
        ("userunknown", "inactive email address"),
        ("userunknown", "user does not exist"),
        ("suspend", "user account is disabled"),
        ("systemerror", "unable to process"),
    ),
)
