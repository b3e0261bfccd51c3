"""KDDI (au, ezweb), NTT docomo, SoftBank: carriers whose users filter by sender."""

from bounces.parsing.reasons.providers.table import Provider

KDDI = Provider(
    name="kddi",
    source="au.com help on undeliverable mail; replies of its servers",
    hosts=("ezweb.ne.jp", "au.com", "dion.ne.jp", "auone-net.jp"),
    phrases=(
        ("mailboxfull", "as their mailbox is full"),
        ("mailboxfull", "mailbox is full"),
        ("suspend", "user s account is disabled"),
        ("suspend", "account is disabled"),
        ("norelaying", "due to the following smtp relay error"),
        ("hostunknown", "remote domain doesn t exist"),
        ("hostunknown", "as the remote domain doesn't exist"),
        ("filtered", "rejected by the domain filter"),
    ),
)

DOCOMO = Provider(
    name="docomo",
    source="docomo.ne.jp help on undeliverable mail; replies of its servers",
    hosts=("docomo.ne.jp", "docomo-camera.ne.jp"),
    phrases=(
        ("toomanyconn", "too many recipients"),
        ("toomanyconn", "too many connections"),
        ("mesgtoobig", "message size exceeds"),
        ("blocked", "service rejected"),
    ),
)

SOFTBANK = Provider(
    name="softbank",
    source="softbank.jp help on undeliverable mail; replies of its servers",
    hosts=("softbank.ne.jp", "softbank.jp", "vodafone.ne.jp", "disney.ne.jp"),
    phrases=(
        ("filtered", "invalid recipient * filter"),
        ("ratelimited", "too many messages"),
        ("suspend", "user temporarily unavailable"),
    ),
)

NTT = Provider(
    name="ntt",
    source="replies of ocn.ad.jp and plala.or.jp",
    hosts=("ocn.ad.jp", "ocn.ne.jp", "plala.or.jp"),
    phrases=(
        ("blocked", "connections from this host"),
        ("toomanyconn", "too many connections"),
    ),
)
