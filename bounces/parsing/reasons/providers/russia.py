"""Yandex, Mail.ru (VK) and I.UA."""

import re

from bounces.parsing.reasons.providers.table import Provider

YANDEX = Provider(
    name="yandex",
    source="yandex.com/support/mail: undelivered mail and postmaster help",
    hosts=("yandex.ru", "yandex.net", "yandex.com", "ya.ru"),
    words=("yandex",),
    phrases=(
        ("spamdetected", "message rejected under suspicion of spam"),
        ("spamdetected", "suspicion of spam"),
        ("spamdetected", "message looks like spam"),
        ("virusdetected", "message infected by virus"),
        ("suspend", "policy rejection on the target address account is blocked"),
        ("policyviolation", "policy rejection on the target address"),
        ("policyviolation", "policy rejection"),
        ("userunknown", "no such user"),
        ("userunknown", "bad recipient address syntax"),
        ("mailboxfull", "mailbox size limit exceeded"),
        ("mesgtoobig", "message file too big"),
        ("mesgtoobig", "message too large"),
        ("toomanyconn", "too many concurrent smtp connections"),
        ("toomanyconn", "too many connections"),
        ("ratelimited", "rcpt rate limit exceeded"),
        ("ratelimited", "ratelimit exceeded"),
        ("ratelimited", "try again later"),
        ("suspend", "mailbox is not available"),
        ("suspend", "user temporarily blocked"),
        ("suspend", "account * blocked"),
        ("systemerror", "queue file write error"),
        ("rejected", "sender address rejected"),
    ),
)

MAILRU = Provider(
    name="mailru",
    source="postmaster.mail.ru: SMTP error codes; help.mail.ru",
    hosts=("mail.ru", "smailru.net", "vkteam.ru"),
    phrases=(
        ("spamdetected", "spam message rejected"),
        ("spamdetected", "message detected as spam"),
        ("spamdetected", "considered as spam"),
        ("authfailure", "dmarc policy"),
        ("authfailure", "spf"),
        ("blocked", "we do not accept mail from dynamic ips"),
        ("blocked", "we don't accept mail from your ip"),
        ("blocked", "access from ip address * blocked"),
        ("blocked", "your ip * blocked"),
        ("requireptr", "reverse dns"),
        ("ratelimited", "rate limit"),
        ("ratelimited", "ratelimit"),
        ("ratelimited", "try again later"),
        ("suspend", "user account is blocked"),
        ("suspend", "account is disabled"),
        ("suspend", "user is terminated"),
        ("suspend", "invalid mailbox * disabled"),
        ("mailboxfull", "invalid mailbox * over quota"),
        ("userunknown", "message was not accepted invalid mailbox"),
        ("userunknown", "invalid mailbox"),
        ("userunknown", "no such user"),
        ("userunknown", "non existing email"),
        ("userunknown", "user not found"),
        ("mailboxfull", "mailbox is full"),
        ("mailboxfull", "mailbox full"),
        ("mailboxfull", "over quota"),
    ),
)

IUA = Provider(
    name="iua",
    source="mail.i.ua/err: a page for each number",
    hosts=("i.ua",),
    code=re.compile(r"i\.ua/err/(\d{1,2})"),
    codes={
        "1": "norelaying",
        "2": "userunknown",
        "3": "suspend",
        "4": "mailboxfull",
        "5": "ratelimited",
        "6": "norelaying",
        "7": "blocked",
        "8": "rejected",
        "9": "blocked",
        "10": "filtered",
    },
)
