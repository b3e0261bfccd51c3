"""English for what no phrase foresees: something said near the word for whom it is said of.

"The mailbox of Jane Doe could unfortunately not be located" is in no list of phrases; that a
mailbox and "not be located" stand close together is enough. Rows are tried from the first on.
"""

_PERSON = (
    "user users username userid recipient recipients rcpt addressee person customer member alias "
    "subscriber subscribers"
)
_PLACE = "mailbox mailboxes inbox account accounts address addresses email emails"
_DOMAIN = "domain domains host hostname fqdn destination"
_BOX = "mailbox mailboxes inbox account maildir folder mailfolder box user recipient storage space"
_SENDER = "sender senders originator from mailfrom return"
_CLIENT = "ip ips host client network netblock subnet country connection"
_MESSAGE = "message messages mail mails email emails body letter size"
_FILE = "attachment attachments attached extension extensions file files zip archive"
_HEADER = "header headers from subject date line lines mime"
_REFUSED = (
    "blocked", "banned", "rejected", "refused", "denied", "prohibited", "forbidden",
    "not allowed", "not permitted", "not accepted", "disallowed", "unacceptable",
)  # fmt: skip

PAIRS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # reason, words for whom or what it is said of, what is said
    ("mailboxfull", _BOX, (
        "bytes left",
        "full", "quota", "over limit", "over its limit", "at its limit", "reached its limit",
        "reached the limit", "out of space", "out of disc space", "out of room", "no room",
        "no space", "no more space", "not enough space", "not enough room", "insufficient space",
        "used up", "capacity", "available space", "storage limit", "storage space", "disk space",
        "disc space", "allocated space", "overflow", "overflowing", "overfull", "exhausted",
        "storage allotment", "maximum size", "size reached")),
    ("authfailure", "spf dkim dmarc arc domainkeys authentication aligned alignment", (
        "fail", "failed", "fails", "failure", "failing", "error", "permerror", "temperror",
        "permanent error", "invalid", "did not pass", "does not pass", "not pass", "missing",
        "no record", "not aligned", "violation", "mismatch", "none", "policy", "reject",
        "rejected", "denied", "not authorized", "not authorised", "not permitted", "not allowed",
        "neither")),
    ("failedstarttls", "tls starttls ssl encryption encrypted certificate", (
        "required", "requires", "must", "needs", "needed", "mandatory", "handshake", "expired",
        "not verified", "not trusted", "untrusted", "not offered", "not available",
        "not supported", "unavailable")),
    ("requireptr", "reverse rdns ptr hostname client", (
        "dns", "ptr", "rdns", "no hostname", "not resolve", "could not be resolved", "lookup",
        "generic", "missing", "does not match", "mismatch", "mismatches")),
    ("ratelimited", "rate volume frequency", ("exceeded", "exceeds", "over the limit")),
    ("ratelimited", "rate volume messages mails emails traffic frequency limit limits ip", (
        "used up", "unusual",
        "too high", "too fast", "too quickly", "per hour", "per minute", "per day", "hourly",
        "daily", "limit exceeded", "limit reached", "exceeded the limit", "exceeds the limit",
        "exceeded limit", "throttled", "throttling", "slow down", "slower", "faster", "too often",
        "per second", "allowance")),
    ("toomanyconn", "connections connection sessions recipients rcpts addresses processes", (
        "too many", "maximum number", "maximum", "limit", "limit exceeded", "exceeded",
        "exceeds", "parallel", "concurrent", "simultaneous", "at a time", "at once", "at most",
        "no more than", "only accept", "limited to")),
    ("mesgtoobig", _MESSAGE, (
        "too large", "too big", "too long", "larger than", "bigger than", "oversized",
        "exceeds", "exceeded", "maximum size", "size limit", "max size")),
    ("virusdetected", _MESSAGE + " " + _FILE, (
        "virus", "viruses", "worm", "trojan", "malware", "infected", "infection", "malicious",
        "harmful", "dangerous")),
    ("filtered", "rejected refused blocked declined accepted denied filtered", (
        "by the owner",
        "by the recipient", "by recipient", "by the user", "by this user", "by the addressee",
        "by your recipient")),
    ("filtered", "recipient recipients user addressee owner", (
        "refuses", "rejects", "does not want", "not want", "only accepts")),
    ("suspend", _PERSON + " " + _PLACE + " " + _DOMAIN, (
        "not currently accepting", "not accepting messages",
        "suspended", "suspension", "disabled", "deactivated", "inactive", "inactivity",
        "not active", "not activated", "locked", "frozen", "closed", "blocked", "terminated",
        "restricted", "archived", "dormant", "on hold", "cancelled", "canceled", "expired",
        "no longer active", "not in service", "paused", "barred", "discontinued", "unpaid",
        "non payment")),
    ("badreputation", "reputation", (
        "bad", "poor", "low", "negative", "score", "ip", "sender", "domain", "too low")),
    ("norelaying", "relay relaying relays", (
        "denied", "not allowed", "disallowed", "prohibited", "not permitted", "refused",
        "forbidden", "rejected", "not authorized", "not possible")),
    ("norelaying", "domain domains relay gateway", (
        "not local", "is not hosted", "not hosted", "not handled", "not served", "not ours",
        "not one of ours", "no relay", "not relay", "not a relay", "list of accepted",
        "not configured", "not accepted here", "refused to relay", "not allowed to relay")),
    # A server that "rejected" or "denied" something is the one that refuses.
    ("blocked", "server servers hosts mta", (
        "blocked", "banned", "forbidden", "not allowed", "not permitted", "refused to talk",
        "blacklisted",
        "blocklisted", "listed", "not welcome", "not trusted")),
    ("expired", "connection connect", ("refused",)),
    ("blocked", _CLIENT, (
        *_REFUSED, "blacklisted", "blocklisted", "listed", "not welcome", "spammer", "spammers",
        "abuse", "abusive", "attack", "unwelcome", "dynamic", "not trusted", "untrusted",
        "go away", "found in", "found on", "filtered", "quarantined", "hijacked",
        "compromised", "threat")),
    ("contenterror", _FILE, (
        *_REFUSED, "encrypted", "executable", "not supported", "unsupported",
        "cannot be accepted", "may not be sent", "not sent")),
    ("contenterror", "mime charset encoding base64 multipart", (
        "invalid", "malformed", "broken", "corrupt", "unsupported", "not supported", "error",
        "unnecessary", "improper", "illegal")),
    ("notcompliantrfc", _HEADER, (
        "not valid", "without",
        "malformed", "invalid", "illegal", "missing", "not rfc", "not compliant", "violates",
        "syntax", "multiple", "duplicate", "longer than", "has no", "no valid", "more than one",
        "should have", "must have", "must contain", "only one")),
    ("spamdetected", _MESSAGE + " content contents text link links url urls", (
        "spam", "junk", "unsolicited", "unwanted", "advertising", "advertisement", "suspicious",
        "suspected", "phishing", "scam", "fraud", "bulk", "ube", "uce", "objectionable")),
    ("policyviolation", "policy policies rule rules filter filters regulation regulations", (
        "forbid",
        *_REFUSED, "violates", "violated", "violation", "against", "due to", "because of",
        "does not comply", "not comply", "prohibits", "restricts", "does not permit",
        "not permit", "does not allow", "not allow", "forbids")),
    ("rejected", _SENDER, (
        "not trusted", "only registered",
        *_REFUSED, "not authorized", "not authorised", "unauthorized", "blacklisted", "unknown",
        "invalid", "not exist", "does not exist", "not found", "not verified", "unverified",
        "not a member", "not approved", "not on the list", "not in the whitelist",
        "not in the list", "must exist", "must resolve",
        "not resolve", "unresolvable", "bogus", "fake", "not one of your", "not yours",
        "does not match", "not match", "may not use", "not welcome", "unwelcome")),
    ("notaccept", "domain host server destination system machine", (
        "does not accept mail", "does not accept email", "does not accept messages",
        "not accept any", "accepts no", "does not receive", "receives no", "never receives",
        "never accepts", "no smtp service", "send only")),
    ("hasmoved", _PERSON + " " + _PLACE, (
        "has moved", "moved to", "has changed", "new address is", "now uses", "replaced by")),
    ("hostunknown", "domain domains", ("not reachable", "unreachable")),
    ("hostunknown", _DOMAIN, (
        "not found", "does not exist", "not exist", "could not be found", "cannot be found",
        "unknown", "not known", "not resolve", "unresolvable", "could not be resolved",
        "cannot be resolved", "no mx", "no valid mx", "no mail exchanger", "no mail server",
        "no valid mail exchangers", "no mail hosts", "no dns", "nonexistent", "non existent",
        "no such", "invalid")),
    ("userunknown", _PERSON + " " + _PLACE, (
        "not in directory", "isn't one of", "not one of",
        "unknown", "not found", "does not exist", "not exist", "do not exist", "non existent",
        "nonexistent", "no such", "not known", "invalid", "not valid", "incorrect", "wrong",
        "could not be found", "cannot be found", "could not find", "cannot find", "unable to find",
        "was not found", "not be found", "not located", "not be located", "not recognized",
        "not recognised", "not listed", "not here", "not a user", "not ours", "not our",
        "not on our", "no longer on", "not exists", "not in our", "not in the", "not in accepted",
        "not in my", "not local", "not registered", "not a registered", "does not have",
        "do not have", "no longer exists", "no longer valid", "no longer available",
        "no longer here", "deleted", "removed", "undeliverable", "unreachable", "unroutable",
        "not deliverable", "not ok", "not available", "unavailable", "bad", "with that name",
        "by that name", "by this name", "matching", "misspelled", "no match", "mistyped",
        "reserved", "not a valid", "has left", "anymore", "any more", "could not locate",
        "cannot locate", "unable to locate", "isn't here", "not at this", "not on this", "anybody",
        "nobody", "no one", "do not know")),
    ("securityerror", "authentication login password credentials username", (
        "required", "failed", "wrong", "incorrect")),
    ("securityerror", "client user sender you", (
        "must log in", "must login", "must authenticate", "log in first", "authenticate first")),
    ("syntaxerror", "command commands parameter parameters argument arguments", (
        "unknown", "not known", "not recognized", "unrecognized", "invalid", "not implemented",
        "out of order", "bad", "illegal", "not allowed", "rejected")),
    ("systemfull", "disk filesystem spool server system partition", (
        "full", "out of space", "no space", "not enough space", "exhausted")),
    ("mailererror", "program script command pipe procmail maildrop", (
        "exited", "exit code", "returned", "died", "crashed", "cannot execute", "killed")),
    ("systemerror", "system server service servers database disk backend ldap", (
        "shutting down", "shut down", "down", "error", "unavailable", "not available", "busy",
        "overloaded", "maintenance", "failure", "failed", "out of service", "offline",
        "misconfigured", "crashed", "not running")),
    ("networkerror", "connection network dns route routing socket", (
        "unexpectedly", "lost", "reset", "broken", "dropped", "unreachable", "failure", "error",
        "loop", "no route")),
    ("expired", "message mail delivery queue host server connection", (
        "is down",
        "timed out", "time out", "timeout", "not respond", "not responding", "no response",
        "no answer", "giving up", "gave up", "given up", "retries", "attempts", "not yet been",
        "too long", "too old", "expired", "delayed", "not reachable", "undelivered", "not answer",
        "did not answer", "does not answer", "give up", "no reply")),
)  # fmt: skip
