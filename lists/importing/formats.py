"""Who wrote a file, known by its columns, and what its columns mean. A table. Pure.

Column names are plain (see `shapes.plain`). Sources: the SES v2 `ListSuppressedDestinations`,
SendGrid v3 `suppression/*`, Mailgun v3 `bounces`, `complaints` and `unsubscribes`, and Postmark
`suppressions/dump` references; the exports of listmonk's and phpList's subscriber pages; Mailman
2.1's MemberAdaptor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lists.importing.shapes import Shape

# Fields of an entry, in the order of the form that maps columns.
FIELDS = ("address", "cause", "since", "until", "note")


@dataclass(frozen=True, slots=True)
class Format:
    """An export of one program. A cause of "" passes the row over: it suppresses nobody."""

    name: str
    title: str
    columns: Mapping[str, str]
    """Field (`address`, `cause`, `since`, `until`, `note`, …) -> plain column."""
    needs: frozenset[str]
    """Columns that must be there to recognise it."""
    lacks: frozenset[str] = frozenset()
    """Columns that must not."""
    kind: str = ""
    """The only shape it has; empty for CSV and JSON."""
    causes: Mapping[str, str] = field(default_factory=dict)
    """Text of the column `cause`, lower case -> cause."""
    cause: str = "import"
    """For a row whose cause column is absent, or has another text."""
    file_word: str = ""
    """Of several formats with the same columns, a file name with this word means this one."""


def _format(
    name: str,
    title: str,
    columns: Mapping[str, str],
    *,
    needs: str = "",
    lacks: str = "",
    **more: object,
) -> Format:
    needed = frozenset(needs.split()) | {columns["address"]}
    return Format(name, title, columns, needed, frozenset(lacks.split()), **more)  # type: ignore[arg-type]


_SENDGRID = {"address": "email", "since": "created", "note": "reason"}
_MAILGUN = {"address": "address", "since": "createdat"}

FORMATS: tuple[Format, ...] = (
    _format(
        "bounceadmin",
        "bounceadmin",
        {
            "address": "address",
            "reach": "reaches",
            "stream": "stream",
            "list": "list",
            "cause": "cause",
            "reason": "reason",
            "since": "since",
            "until": "until",
        },
        needs="reaches cause since",
        causes={
            cause: cause
            for cause in ("hard", "soft", "complaint", "unsubscribe", "manual", "import")
        },
    ),
    _format(
        "ses",
        "Amazon SES",
        {"address": "emailaddress", "cause": "reason", "since": "lastupdatetime"},
        needs="reason",
        lacks="suppressionreason",
        causes={"bounce": "hard", "complaint": "complaint"},
    ),
    _format(
        "sendgrid-bounces",
        "SendGrid: bounces",
        _SENDGRID,
        needs="reason created status",
        cause="hard",
        file_word="bounce",
    ),
    _format(
        "sendgrid-blocks",
        "SendGrid: blocks",
        _SENDGRID,
        needs="reason created status",
        cause="",
        file_word="block",
    ),
    _format(
        "sendgrid-invalid",
        "SendGrid: invalid emails",
        _SENDGRID,
        needs="reason created",
        lacks="status",
        cause="hard",
    ),
    _format(
        "sendgrid-spam",
        "SendGrid: spam reports",
        _SENDGRID,
        needs="created ip",
        cause="complaint",
        file_word="spam",
    ),
    _format(
        "sendgrid-unsubscribes",
        "SendGrid: unsubscribes",
        _SENDGRID,
        needs="created",
        lacks="reason status ip uuid",
        cause="unsubscribe",
        file_word="unsub",
    ),
    _format(
        "mailgun-bounces",
        "Mailgun: bounces",
        {**_MAILGUN, "note": "error"},
        needs="code error",
        cause="hard",
    ),
    _format(
        "mailgun-complaints",
        "Mailgun: complaints",
        _MAILGUN,
        needs="createdat",
        lacks="code tags tag reaches",
        cause="complaint",
    ),
    _format(
        "mailgun-unsubscribes",
        "Mailgun: unsubscribes",
        _MAILGUN,
        needs="createdat tags",
        cause="unsubscribe",
    ),
    _format(
        "mailgun-unsubscribes",
        "Mailgun: unsubscribes",
        _MAILGUN,
        needs="createdat tag",
        cause="unsubscribe",
    ),
    _format(
        "postmark",
        "Postmark",
        {"address": "emailaddress", "cause": "suppressionreason", "since": "createdat"},
        needs="suppressionreason",
        causes={
            "hardbounce": "hard",
            "spamcomplaint": "complaint",
            "manualsuppression": "unsubscribe",
        },
    ),
    _format(
        "listmonk",
        "listmonk: subscribers",
        {"address": "email", "cause": "status", "since": "updatedat"},
        needs="uuid status",
        causes={"blocklisted": "import", "enabled": "", "disabled": ""},
        cause="",
    ),
    _format(
        "listmonk-bounces",
        "listmonk: bounces",
        {"address": "email", "cause": "type", "since": "createdat", "note": "source"},
        needs="type source",
        causes={"hard": "hard", "complaint": "complaint", "soft": ""},
        cause="",
    ),
    _format(
        "phplist",
        "phpList",
        {"address": "email", "cause": "blacklisted"},
        needs="blacklisted",
        causes={"1": "import", "yes": "import", "true": "import"},
        cause="",
    ),
    _format(
        "phplist",
        "phpList",
        {"address": "email", "cause": "isthissubscriberblacklisted10"},
        needs="isthissubscriberblacklisted10",
        causes={"1": "import", "yes": "import"},
        cause="",
    ),
    _format(
        "mailman",
        "Mailman 2.1: configuration or dump",
        {"address": "address", "cause": "status"},
        kind="mailman",
        # MemberAdaptor: 2 is by the member's own wish (a holiday), 3 by an admin, 4 by bounces.
        causes={"3": "import", "4": "hard", "banned": "import"},
        cause="",
    ),
    _format(
        "addresses",
        "Addresses, one a line (Mailman's list_members)",
        {"address": "address"},
        kind="lines",
    ),
)
# For a file that no other format fits: a person says which column is which.
COLUMNS = "columns"
_ADDRESS_COLUMNS = ("email", "emailaddress", "address", "recipient", "mail", "subscriber")
_CAUSE_WORDS = {
    "hard": "hard",
    "hardbounce": "hard",
    "bounce": "hard",
    "bounced": "hard",
    "complaint": "complaint",
    "spam": "complaint",
    "spamcomplaint": "complaint",
    "unsubscribe": "unsubscribe",
    "unsubscribed": "unsubscribe",
    "manual": "manual",
    "soft": "soft",
}


def candidates(shape: Shape) -> list[Format]:
    """The formats that a file of this shape may be, none where it is like none of them."""
    columns = set(shape.columns)
    return [
        row
        for row in FORMATS
        if row.needs <= columns
        and not row.lacks & columns
        and (row.kind == shape.kind or (not row.kind and shape.kind not in ("lines", "mailman")))
    ]


def likeliest(found: Sequence[Format], file_name: str) -> Format | None:
    """Of several formats with the same columns, the one that the file's name speaks of."""
    name = file_name.lower()
    named = [row for row in found if row.file_word and row.file_word in name]
    return next(iter([*named, *found]), None)


def by_name(name: str, shape: Shape, mapping: Mapping[str, str]) -> Format | None:
    """The format called `name` for this shape; `mapping` (field -> column) is for `COLUMNS`."""
    if name == COLUMNS:
        if mapping.get("address") not in shape.columns:
            return None
        return Format(
            COLUMNS,
            "Columns",
            dict(mapping),
            frozenset({mapping["address"]}),
            causes=_CAUSE_WORDS,
        )
    return next((row for row in candidates(shape) if row.name == name), None)


def guessed_mapping(shape: Shape) -> dict[str, str]:
    """Which column may be which, for a file like no other."""
    found = {}
    for column in _ADDRESS_COLUMNS:
        if column in shape.columns:
            found["address"] = column
            break
    wanted = {"cause": ("cause", "type"), "note": ("reason", "note"), "until": ("until",)}
    wanted["since"] = ("since", "created", "createdat", "date", "timestamp")
    for name, columns in wanted.items():
        hit = next((column for column in columns if column in shape.columns), None)
        if hit:
            found[name] = hit
    return found
