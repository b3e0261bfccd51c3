"""Orange, Wanadoo, La Poste, Free and SFR: French providers that number their refusals."""

import re

from bounces.parsing.reasons.providers.table import Provider

_CODES = {
    # The three digits at the end of OFR_506, OFR004_104, LPN007_416 ...
    "102": "blocked",
    "103": "blocked",
    "104": "toomanyconn",
    "105": "undefined",
    "108": "undefined",
    "109": "undefined",
    "305": "securityerror",
    "402": "rejected",
    "403": "rejected",
    "405": "rejected",
    "415": "rejected",
    "416": "userunknown",
    "417": "mailboxfull",
    "420": "suspend",
    "422": "mailboxfull",
    "426": "toomanyconn",
    "503": "blocked",
    "505": "systemerror",
    "506": "spamdetected",
    "510": "blocked",
    "511": "blocked",
    "513": "spamdetected",
    "514": "mesgtoobig",
    "517": "authfailure",
    "630": "policyviolation",
    "999": "blocked",
}


ORANGE = Provider(
    name="orange",
    source="postmaster.orange.fr; its replies name each code in French and English",
    hosts=("orange.fr", "wanadoo.fr", "laposte.net"),
    words=("ofr", "lpn"),
    code=re.compile(r"(?<![a-z0-9])(?:ofr|lpn)(?:\d{0,3}|_?[a-z]*)_(\d{3})(?!\d)"),
    codes=_CODES,
    phrases=(
        ("toomanyconn", "trop de connexions"),
        ("userunknown", "adresse d au moins un destinataire invalide"),
        ("userunknown", "adresse destinataire invalide"),
        ("userunknown", "invalid recipient"),
        ("rejected", "emetteur invalide"),
        ("mailboxfull", "boite du destinataire pleine"),
        ("suspend", "boite du destinataire archivee"),
        ("spamdetected", "mail rejete"),
        ("systemerror", "veuillez essayer plus tard"),
    ),
)

FREE = Provider(
    name="free",
    source="postmaster.free.fr",
    hosts=("free.fr", "proxad.net"),
    words=("proxad",),
    phrases=(
        ("ratelimited", "too many errors from your ip"),
        ("ratelimited", "spam * traffic"),
        ("toomanyconn", "too many connections"),
        ("blocked", "your ip * blacklisted"),
        ("spamdetected", "spam detected"),
        ("mailboxfull", "quota"),
        ("userunknown", "no such user"),
    ),
)

SFR = Provider(
    name="sfr",
    source="replies of smtp-in.sfr.fr and its sister domains",
    hosts=("sfr.fr", "neuf.fr", "cegetel.net", "numericable.fr", "red.fr"),
    phrases=(
        ("blocked", "abus detecte"),
        ("spamdetected", "mail rejete * spam"),
        ("toomanyconn", "trop de connexions"),
        ("suspend", "boite du destinataire archivee"),
        ("suspend", "mailbox * archived"),
    ),
)
