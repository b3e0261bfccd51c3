"""What is sent, and how the world outside answers: the same for every MTA.

No Django and nothing but the standard library, as it runs where the MTA is installed.
"""

from __future__ import annotations

from dataclasses import dataclass

SENDER = "news@example.com"
"""Its domain's mail host collects what MTAs send back."""
MTA_HOST = "mta.example.org"
MTA_DOMAIN = "example.org"
"""What the MTA takes for its own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How `mx.example.net` answers for one local part."""

    at: str
    """`RCPT`, or `DATA` after the message was read."""
    reply: str


REFUSALS: dict[str, Refusal] = {
    # local part of the recipient -> answer
    "unknown": Refusal("RCPT", "550 5.1.1 <unknown@example.net>: Recipient address rejected: "
                               "User unknown in virtual mailbox table"),
    "gone": Refusal("RCPT", "550 No such user here"),
    "full": Refusal("RCPT", "552 5.2.2 <full@example.net>: The mailbox is over quota"),
    "listed": Refusal("RCPT", "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked "
                              "using zen.spamhaus.org"),
    "relay": Refusal("RCPT", "554 5.7.1 <relay@example.net>: Relay access denied"),
    "unbekannt": Refusal("RCPT", "550 5.1.1 Empfaenger unbekannt"),
    "disabled": Refusal("RCPT", "550 5.2.1 This account has been disabled"),
    "grey": Refusal("RCPT", "450 4.7.1 <grey@example.net>: Recipient address rejected: "
                            "Greylisted, try again later"),
    "busy": Refusal("RCPT", "452 4.2.2 <busy@example.net>: Mailbox is full, try again later"),
    "spam": Refusal("DATA", "554 5.7.1 Message rejected: spam score 17.3 is too high"),
    "big": Refusal("DATA", "552 5.3.4 Message is too large for this server"),
    "dmarc": Refusal("DATA", "550-5.7.26 Unauthenticated email from example.com is not\r\n"
                             "550-5.7.26 accepted due to the domain's DMARC policy.\r\n"
                             "550 5.7.26 See https://example.net/help"),
    "filter": Refusal("DATA", "550 User unknown"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenario:
    """One message to send."""

    name: str
    to: tuple[str, ...]
    notify: str = ""
    """RFC 3461 NOTIFY, where the MTA's submission takes it."""
    waits: bool = False
    """Whether the outcome comes only after retries: a delay notice, then the end."""


def _at(*local_parts: str) -> tuple[str, ...]:
    return tuple(f"{part}@example.net" for part in local_parts)


SCENARIOS: tuple[Scenario, ...] = (
    *(Scenario(part, _at(part), waits=refusal.reply.startswith("4"))
      for part, refusal in REFUSALS.items()),
    Scenario("several", _at("unknown", "full", "welcome", "spam")),
    Scenario("mail-from", ("ann@refusing.example",)),
    Scenario("greeting", ("ann@closed.example",), waits=True),
    Scenario("no-host", ("ann@nowhere.example",)),
    Scenario("null-mx", ("ann@nomail.example",)),
    Scenario("refused", ("ann@down.example",), waits=True),
    Scenario("local-unknown", (f"nobody-here@{MTA_DOMAIN}",)),
    Scenario("alias", (f"team@{MTA_DOMAIN}",)),
    Scenario("pipe", (f"pipe@{MTA_DOMAIN}",)),
    Scenario("relayed", _at("welcome"), notify="success"),
    Scenario("delivered", (f"jane@{MTA_DOMAIN}",), notify="success"),
)  # fmt: skip
ALIASES = {"team": "unknown@example.net", "pipe": '"|/bin/false"'}
"""Local parts that the MTA expands. `jane` is a local user."""


def message(scenario: Scenario) -> bytes:
    """Return the mail that is sent."""
    lines = (
        "From: Example News <news@example.com>",
        f"To: {', '.join(scenario.to)}",
        "Subject: Autumn letter",
        "Date: Tue, 24 Nov 2026 09:00:00 +0000",
        f"Message-ID: <{scenario.name}.20261124@example.com>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Dear reader, here is the autumn letter.",
        "",
    )
    return "\n".join(lines).encode()
