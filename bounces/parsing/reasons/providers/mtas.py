"""Mail servers whose reports use a vocabulary of their own: Domino, Exchange 5.5, GroupWise."""

from bounces.parsing.reasons.providers.table import Provider

DOMINO = Provider(
    name="domino",
    source="HCL Domino: router messages",
    formats=("domino",),
    words=("domino",),
    phrases=(
        ("systemerror", "several matches found"),
        ("userunknown", "not listed in domino directory"),
        ("userunknown", "domino ディレクトリには見つかりません"),
        ("userunknown", "ディレクトリには見つかりません"),
        ("userunknown", "non répertorié dans l annuaire domino"),
        ("userunknown", "nicht im domino verzeichnis"),
        ("userunknown", "no aparece en el directorio domino"),
        ("userunknown", "non in elenco nella directory domino"),
        ("hostunknown", "no route found to domain"),
        ("hostunknown", "no route found to server"),
        ("mailboxfull", "mail datei * größenbeschränkung"),
        ("userunknown", "domino directory"),
        ("mailboxfull", "size quota"),
        ("filtered", "cannot route mail to user"),
    ),
)

EXCHANGE_CLASSIC = Provider(
    name="exchange-classic",
    source="Exchange 5.5 and 2000: Internet Mail Service reports",
    formats=("exchange2003",),
    words=("msexch",),
    phrases=(
        ("userunknown", "unknown recipient"),
        ("userunknown", "recipient name is not recognized"),
        ("userunknown", "e mail address could not be found"),
        ("hostunknown", "destination computer could not be reached"),
        ("mailboxfull", "mailbox is full"),
        ("networkerror", "maximum hop count exceeded"),
        ("networkerror", "loop detected"),
        ("norelaying", "unable to relay"),
        ("securityerror", "you do not have permission"),
        ("mesgtoobig", "message size exceeds"),
        ("systemerror", "connector"),
        ("expired", "delivery time expired"),
        ("onhold", "unable to deliver the message due to a communications failure"),
    ),
)

GROUPWISE = Provider(
    name="groupwise",
    source="GroupWise Internet Agent messages",
    formats=("groupwise",),
    words=("groupwise", "gwia"),
    phrases=(
        ("mailboxfull", "mailbox size limit"),
        ("userunknown", "user * not found"),
        ("userunknown", "unknown user"),
        ("suspend", "account disabled"),
    ),
)
