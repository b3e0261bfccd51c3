"""Tencent (QQ, exmail), NetEase (163, 126, yeah), Sina, Alibaba, Sohu."""

import re

from bounces.parsing.reasons.providers.table import Provider

TENCENT = Provider(
    name="tencent",
    source="service.mail.qq.com and service.exmail.qq.com: help on refused mail",
    hosts=("qq.com", "tencent.com", "foxmail.com"),
    phrases=(
        ("authfailure", "dmarc check failed"),
        ("authfailure", "spf check failed"),
        ("authfailure", "dkim check failed"),
        ("authfailure", "domain * spf"),
        ("blocked", "suspected bounce attacks"),
        ("blocked", "suspected spam ip"),
        ("blocked", "connection denied"),
        ("blocked", "ip not in whitelist"),
        ("toomanyconn", "ip frequency limited"),
        ("toomanyconn", "domain frequency limited"),
        ("toomanyconn", "sender frequency limited"),
        ("toomanyconn", "connection frequency limited"),
        ("ratelimited", "frequency limited"),
        ("ratelimited", "mailbox unavailable or access denied"),
        ("mesgtoobig", "message too large"),
        ("mesgtoobig", "mail content exceed"),
        ("spamdetected", "suspected spam"),
        ("spamdetected", "spam is embedded"),
        ("spamdetected", "mail content denied"),
        ("filtered", "mail is rejected by recipients"),
        ("suspend", "is a deactivated mailbox"),
        ("suspend", "user not activated"),
        ("suspend", "user is not active"),
        ("rejected", "mail from must equal authorized user"),
        ("mailboxfull", "space is not enough"),
        ("mailboxfull", "mailbox is full"),
        ("mailboxfull", "mailbox space not enough"),
        ("userunknown", "mailbox not found"),
        ("userunknown", "mailbox unavailable"),
        ("userunknown", "user not exist"),
        ("userunknown", "invalid mailbox"),
        ("userunknown", "mailbox name not exist"),
        ("userunknown", "invalid user"),
        ("userunknown", "recipient address rejected"),
    ),
)

NETEASE = Provider(
    name="netease",
    source="mail.163.com/help/help_spam_16.htm: bounce codes",
    hosts=("163.com", "126.com", "yeah.net", "netease.com", "188.com"),
    words=("netease",),
    code=re.compile(r"(?<![a-z])(?:hl|mi|rp|dt|wm)[: ]([a-z]{3})(?![a-z])"),
    codes={
        **dict.fromkeys(("rep",), "badreputation"),
        **dict.fromkeys(("rbl", "bli", "ihu", "ipb"), "blocked"),
        **dict.fromkeys(("icc", "drc", "rcl"), "toomanyconn"),
        **dict.fromkeys(("ifc", "dmc", "ccl", "sfq", "qrc", "trc", "stc"), "ratelimited"),
        **dict.fromkeys(("mep", "imf", "blu", "spb"), "rejected"),
        **dict.fromkeys(("spf", "dma"), "authfailure"),
        **dict.fromkeys(("spm", "sum"), "spamdetected"),
        **dict.fromkeys(("cel", "nhd"), "syntaxerror"),
        "frl": "norelaying",
    },
    phrases=(
        ("blocked", "ip in blacklist"),
        ("blocked", "ip is rejected"),
        ("rejected", "user in blacklist"),
        ("rejected", "null sender is not allowed"),
        ("suspend", "user suspended"),
        ("suspend", "user * is locked"),
        ("contenterror", "illegal attachment"),
        ("mesgtoobig", "exceeded mailsize limit"),
        ("toomanyconn", "too much recipient"),
        ("mailboxfull", "mailbox full"),
        ("userunknown", "user not found"),
        ("userunknown", "invalid user"),
    ),
)

SINA = Provider(
    name="sina",
    source="mail.sina.com.cn: replies of its servers",
    hosts=("sina.com", "sina.com.cn", "sina.cn"),
    phrases=(
        ("userunknown", "user unknown in"),
        ("userunknown", "invalid user"),
        ("mailboxfull", "mailbox full"),
        ("blocked", "ip * refused"),
        ("suspend", "user is inactive"),
    ),
)

ALIBABA = Provider(
    name="alibaba",
    source="help.aliyun.com: Alibaba Mail bounce codes",
    hosts=("aliyun.com", "alibaba-inc.com", "mxhichina.com", "alimail.com"),
    phrases=(
        ("spamdetected", "mail content denied"),
        ("ratelimited", "frequency limit"),
        ("userunknown", "mailbox not exist"),
        ("userunknown", "mailbox unavailable"),
    ),
)
