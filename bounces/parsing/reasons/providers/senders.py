"""Services that send mail for others, and say themselves why they did not: SES, SendGrid ..."""

import re

from bounces.parsing.reasons.providers.table import Provider

AMAZON_INBOUND = Provider(
    name="amazon-inbound",
    source="docs.aws.amazon.com/ses: receiving email, bounce response action",
    hosts=("amazonaws.com",),
    reports=True,
    phrases=(
        ("filtered", "mailbox does not exist"),
        ("onhold", "temporary failure"),
        ("onhold", "unknown failure"),
        ("blocked", "ip address blacklisted by recipient"),
        ("mesgtoobig", "message length exceeded"),
        ("notcompliantrfc", "transaction failed expected"),
        ("contenterror", "duplicate header"),
        ("contenterror", "transaction failed missing"),
        ("contenterror", "transaction failed"),
        ("ratelimited", "maximum sending rate exceeded"),
        ("ratelimited", "daily message quota exceeded"),
        ("ratelimited", "throttling failure"),
        ("rejected", "email address is not verified"),
        ("securityerror", "access denied"),
        ("spamdetected", "message content rejected"),
        ("userunknown", "mailbox unavailable"),
    ),
)

AMAZON_SES = Provider(
    name="amazon-ses",
    source="docs.aws.amazon.com/ses: bounce types and the account-level suppression list",
    hosts=("amazonses.com",),
    reports=True,
    phrases=(
        ("suppressed", "suppression list"),
        ("suppressed", "address is on the"),
        ("suppressed", "suppressed for your account"),
        ("rejected", "email address is not verified"),
        ("ratelimited", "maximum sending rate exceeded"),
        ("ratelimited", "daily message quota exceeded"),
        ("expired", "unable to deliver * in the allotted time period"),
    ),
)

SENDGRID = Provider(
    name="sendgrid",
    source="docs.sendgrid.com: suppressions and deferred or blocked events",
    hosts=("sendgrid.net", "sendgrid.com"),
    words=("sendgrid",),
    reports=True,
    phrases=(
        ("suppressed", "bounced address"),
        ("suppressed", "unsubscribed address"),
        ("suppressed", "spam reporting address"),
        ("securityerror", "unauthenticated senders not allowed"),
        ("rejected", "from address does not match a verified sender identity"),
        ("ratelimited", "maximum credits exceeded"),
        ("userunknown", "invalid"),
        ("expired", "expired"),
    ),
)

MAILGUN = Provider(
    name="mailgun",
    source="documentation.mailgun.com: events and suppressions",
    hosts=("mailgun.org", "mailgun.net", "mailgun.com"),
    words=("mailgun",),
    reports=True,
    phrases=(
        ("suppressed", "not delivering to previously bounced"),
        ("suppressed", "not delivering to unsubscribed"),
        ("suppressed", "not delivering to a user who marked"),
        ("suppressed", "suppressed"),
        ("expired", "too old"),
        ("networkerror", "no mx"),
    ),
)

POSTMARK = Provider(
    name="postmark",
    source="postmarkapp.com/developer: API error codes, bounce types",
    hosts=("mtasv.net", "postmarkapp.com"),
    words=("postmark", "postmarkapp"),
    reports=True,
    phrases=(
        ("suppressed", "inactive recipient"),
        ("suppressed", "inactive addresses"),
        ("suppressed", "marked as inactive"),
        ("suppressed", "suppressed"),
    ),
)

SPARKPOST = Provider(
    name="sparkpost",
    source="support.sparkpost.com: bounce classification codes",
    hosts=("sparkpostmail.com", "mail.e.sparkpost.com"),
    words=("sparkpost", "gcas"),
    reports=True,
    phrases=(
        ("suppressed", "suppressed"),
        ("suppressed", "customer suppression"),
        ("suppressed", "adv suppression"),
        ("expired", "message expired"),
    ),
)

GODADDY = Provider(
    name="godaddy",
    source="godaddy.com/help: what does my email bounceback mean (IB codes)",
    hosts=("secureserver.net", "godaddy.com"),
    words=("secureserver", "srbounce"),
    code=re.compile(r"(?<![a-z0-9])ib(\d{3})(?!\d)"),
    codes={
        "007": "toomanyconn",
        "101": "systemerror",
        "103": "badreputation",
        **dict.fromkeys(("104", "105", "106"), "blocked"),
        "108": "requireptr",
        **dict.fromkeys(("110", "111", "112", "113"), "blocked"),
        "212": "spamdetected",
        "405": "blocked",
        **dict.fromkeys(("501", "506"), "rejected"),
        "508": "authfailure",
        "510": "ratelimited",
        "605": "toomanyconn",
        "607": "ratelimited",
        "705": "virusdetected",
    },
    phrases=(
        ("authfailure", "per it's spf record"),
        ("authfailure", "is not allowed to send from"),
        ("authfailure", "dmarc"),
        ("blocked", "spamhaus"),
        ("blocked", "rbl"),
        ("blocked", "bl ip"),
        ("blocked", "connection refused"),
        ("blocked", "ip address * blocked"),
        ("requireptr", "reverse dns"),
        ("rejected", "sender rejected"),
        ("rejected", "invalid sender"),
        ("ratelimited", "too many messages"),
        ("ratelimited", "too much mail"),
        ("ratelimited", "rate limit"),
        ("ratelimited", "message * limit"),
        ("toomanyconn", "too many connections"),
        ("toomanyconn", "too many concurrent"),
        ("spamdetected", "spam"),
        ("spamdetected", "message rejected * content"),
        ("spamdetected", "blacklisted url"),
        ("virusdetected", "virus"),
        ("contenterror", "attachment"),
        ("mailboxfull", "mailbox full"),
        ("mailboxfull", "over quota"),
        ("suspend", "account disabled"),
        ("suspend", "account is disabled"),
        ("userunknown", "account does not exist"),
        ("userunknown", "recipient not found"),
        ("userunknown", "mailbox not found"),
        ("userunknown", "no such user"),
        ("userunknown", "recipient rejected"),
        ("userunknown", "recipient address rejected"),
        ("systemerror", "temporarily unavailable"),
    ),
)

ZOHO = Provider(
    name="zoho",
    source="zoho.com/mail/help: delivery failure codes",
    hosts=("zoho.com", "zohomail.com", "zoho.eu", "zoho.in"),
    words=("zoho", "zohomail"),
    phrases=(
        ("policyviolation", "email policy violation detected"),
        ("policyviolation", "unusual sending activity"),
        ("spamdetected", "blocked due to spam"),
        ("spamdetected", "spam"),
        ("virusdetected", "virus"),
        ("mailboxfull", "mailbox quota"),
        ("mailboxfull", "mailbox full"),
        ("policyviolation", "mailbox delivery restricted by policy error"),
        ("policyviolation", "mailbox delivery failure policy error"),
        ("policyviolation", "mail rejected by destination domain"),
        ("blocked", "blacklisted"),
        ("suspend", "account is disabled"),
    ),
)

FACEBOOK = Provider(
    name="facebook",
    source="postmaster.facebook.com/response_codes",
    hosts=("facebook.com", "facebookmail.com"),
    words=("facebook",),
    code=re.compile(r"(?<![a-z])((?:dns|rcp|int|msg|pol|con)-[pt]\d{1,2})(?!\d)"),
    codes={
        **dict.fromkeys(("rcp-p1", "int-p1", "int-p3", "int-p4"), "userunknown"),
        **dict.fromkeys(("rcp-p2", "rcp-p3"), "filtered"),
        **dict.fromkeys(("msg-p1", "int-p2"), "mesgtoobig"),
        **dict.fromkeys(("msg-p2", "msg-p3"), "contenterror"),
        **dict.fromkeys(("dns-p1", "dns-p2", "dns-t1"), "rejected"),
        **dict.fromkeys(("dns-p3", "dns-t2"), "requireptr"),
        **dict.fromkeys(("pol-p1", "pol-p2", "pol-p3", "pol-p4", "pol-p5"), "blocked"),
        "pol-p6": "spamdetected",
        "pol-p7": "policyviolation",
        "con-t1": "toomanyconn",
        **dict.fromkeys(("con-t2", "con-t3", "con-t4"), "ratelimited"),
        **{f"pol-t{n}": "ratelimited" for n in range(1, 7)},
        **{f"rcp-t{n}": "systemerror" for n in range(1, 5)},
        **{f"int-t{n}": "systemerror" for n in range(1, 13)},
    },
)
