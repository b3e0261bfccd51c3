"""Services that filter mail for others: Proofpoint, Barracuda, Cisco, Trend Micro and the like."""

from bounces.parsing.reasons.providers.table import Provider

PROOFPOINT = Provider(
    name="proofpoint",
    source="support.proofpoint.com: block list look-up; Proofpoint Essentials bounce messages",
    hosts=("pphosted.com", "ppe-hosted.com", "proofpoint.com"),
    words=("proofpoint", "ppops", "pphosted"),
    phrases=(
        ("blocked", "dnsbl lookup"),
        ("blocked", "support proofpoint com dnsbl"),
        ("blocked", "blocked see https support proofpoint"),
        ("blocked", "ip * blocked"),
        ("blocked", "ipcheck proofpoint"),
        ("spamdetected", "spam"),
        ("virusdetected", "virus"),
        ("userunknown", "no such user"),
        ("userunknown", "user unknown"),
        ("userunknown", "invalid recipient"),
        ("norelaying", "relaying denied"),
        ("ratelimited", "rate limit"),
    ),
)

BARRACUDA = Provider(
    name="barracuda",
    source="barracudacentral.org; Barracuda Email Security Gateway reply texts",
    hosts=("barracudanetworks.com", "cudamail.com", "ess.barracuda.com"),
    words=("barracuda", "barracudanetworks", "barracudacentral"),
    phrases=(
        ("blocked", "blocked using"),
        ("blocked", "barracuda reputation block list"),
        ("badreputation", "barracuda reputation"),
        ("blocked", "barracudacentral"),
        ("blocked", "barracudanetworks com reputation"),
        ("blocked", "administratively blocked"),
        ("spamdetected", "message content rejected"),
        ("spamdetected", "blocked for spam"),
        ("spamdetected", "rejected due to content"),
        ("userunknown", "no such user"),
        ("userunknown", "no such recipient"),
        ("ratelimited", "rate control"),
    ),
)

CISCO = Provider(
    name="ironport",
    source="Cisco Secure Email Gateway (IronPort) default reply texts; talosintelligence.com",
    hosts=("iphmx.com", "ironport.com"),
    words=("ironport", "sbrs", "senderbase", "talosintelligence"),
    phrases=(
        ("badreputation", "senderbase"),
        ("badreputation", "talosintelligence"),
        ("badreputation", "sbrs"),
        ("badreputation", "poor reputation"),
        ("badreputation", "low reputation"),
        ("ratelimited", "too many recipients received this hour"),
        ("ratelimited", "rate limit"),
        ("toomanyconn", "too many connections"),
        ("spamdetected", "spam"),
    ),
)

TREND_MICRO = Provider(
    name="trendmicro",
    source="docs.trendmicro.com: Email Reputation Services; Trend Micro Email Security replies",
    hosts=("trendmicro.com", "trendmicro.eu", "in.hes.trendmicro.com"),
    words=("trendmicro",),
    phrases=(
        ("blocked", "ers trendmicro"),
        ("blocked", "mail abuse"),
        ("blocked", "email reputation services"),
        ("blocked", "blocked by trend micro"),
        ("blocked", "reputation"),
        ("rejected", "block send er"),
        ("blocked", "block rcpt"),
        ("norelaying", "no domain"),
        ("userunknown", "recipient address rejected"),
        ("spamdetected", "spam"),
    ),
)

FORTINET = Provider(
    name="fortinet",
    source="docs.fortinet.com: FortiMail default replies",
    words=("fortimail", "fortiguard", "fortinet"),
    phrases=(
        ("badreputation", "reputation"),
        ("blocked", "fortiguard * ip"),
        ("blocked", "block ip"),
        ("spamdetected", "fortiguard"),
        ("spamdetected", "spam"),
        ("virusdetected", "virus"),
    ),
)

SYMANTEC = Provider(
    name="messagelabs",
    source="Symantec Email Security.cloud (MessageLabs): reply texts",
    hosts=("messagelabs.com", "symanteccloud.com"),
    words=("messagelabs",),
    phrases=(
        ("blocked", "please turn on smtp authentication"),
        ("blocked", "service temporarily unavailable * ip"),
        ("blocked", "client host rejected"),
        ("norelaying", "you are trying to use me"),
        ("blocked", "connection rejected"),
        ("ratelimited", "your email has been throttled"),
        ("ratelimited", "please try again later"),
        ("userunknown", "invalid recipient"),
        ("userunknown", "no such user"),
        ("spamdetected", "message filtered"),
        ("spamdetected", "ban content"),
        ("spamdetected", "spam"),
        ("norelaying", "relaying denied"),
    ),
)

CLOUDFLARE = Provider(
    name="cloudflare",
    source="developers.cloudflare.com/email-routing: postmaster, SMTP errors",
    hosts=("mx.cloudflare.net", "cloudflare.net"),
    words=("cloudflare",),
    phrases=(
        ("blocked", "found on one or more dnsbls"),
        ("blocked", "found on one or more rbls"),
        ("blocked", "dnsbl"),
        ("authfailure", "dmarc"),
        ("authfailure", "not authenticated"),
        ("authfailure", "spf"),
        ("authfailure", "dkim"),
        ("ratelimited", "too many recipients from"),
        ("ratelimited", "rate limited"),
        ("ratelimited", "upstream * rate limit"),
        ("mesgtoobig", "too large"),
        ("spamdetected", "spam"),
        ("requireptr", "ptr"),
        ("requireptr", "reverse dns"),
        ("userunknown", "address does not exist"),
        ("userunknown", "address not found"),
        ("systemerror", "upstream error"),
    ),
)

SOPHOS = Provider(
    name="sophos",
    source="docs.sophos.com: Sophos Email replies",
    hosts=("sophos.com", "mail-sophos.com", "reflexion.net"),
    words=("sophos", "sxl"),
    phrases=(
        ("blocked", "sxl"),
        ("blocked", "bad reputation * sophos"),
        ("virusdetected", "virus"),
        ("spamdetected", "spam"),
        ("userunknown", "unknown recipient"),
    ),
)

SPAMHAUS = Provider(
    name="blocklists",
    source="spamhaus.org, spamcop.net, abusix.com, uceprotect.net and others name themselves",
    words=("spamhaus", "spamcop", "sorbs", "uceprotect", "abusix", "spamrats", "mailspike",
           "njabl", "psbl", "surriel", "invaluement", "backscatterer", "nixspam", "cloudmark",
           "hostkarma", "gbudb", "spameatingmonkey", "senderscore", "rbldns", "blocklist"),
    phrases=(
        ("rejected", "sender address blocked using"),
        ("spamdetected", "cloudmark content"),
        ("spamdetected", "cloudmark filter"),
        ("spamdetected", "dbl spamhaus"),
        ("spamdetected", "spamhaus org dbl"),
        ("spamdetected", "surbl"),
        ("spamdetected", "uribl"),
        ("blocked", "blocked using"),
        ("spamdetected", "as spam"),
        ("spamdetected", "spam content"),
        ("spamdetected", "content rejected"),
        ("badreputation", "senderscore"),
        ("blocked", "spamhaus"),
        ("blocked", "spamcop"),
        ("blocked", "sorbs"),
        ("blocked", "uceprotect"),
        ("blocked", "abusix"),
        ("blocked", "spamrats"),
        ("blocked", "mailspike"),
        ("blocked", "njabl"),
        ("blocked", "psbl"),
        ("blocked", "surriel"),
        ("blocked", "invaluement"),
        ("blocked", "backscatterer"),
        ("blocked", "nixspam"),
        ("blocked", "cloudmark"),
        ("blocked", "hostkarma"),
        ("blocked", "gbudb"),
        ("blocked", "spameatingmonkey"),
        ("blocked", "rbldns"),
        ("blocked", "blocklist"),
    ),
)  # fmt: skip
