"""The demo's lists: who is on them, what was mailed, and what troubles them."""

from __future__ import annotations

from dataclasses import dataclass

from lists.bands import Band
from lists.models.choices import Stream

# Who sends: invented, on reserved names and addresses (RFC 2606, RFC 5737).
SENDER = "harbourlight.example"


@dataclass(frozen=True, slots=True)
class Mailing:
    """A campaign: its name, and how many days before the demo's day it was sent."""

    name: str
    days_ago: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A share of a domain's recipients whose mail comes back with a reply of the table.

    `for_days` limits it to campaigns of the last so many days; `shape` is the MTA that reports,
    the list's own where empty.
    """

    domain: str
    reply: str
    share: float
    for_days: int = 99
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What the operator wrote down about a list, so many days before the demo's day."""

    days_ago: int
    text: str


@dataclass(frozen=True, slots=True)
class DemoList:
    """A list and its month. `shapes` are the sending hosts' MTAs, drawn by chance."""

    name: str
    stream: Stream
    header_from: str
    bounce_domain: str
    band: Band
    """What the dashboard must come to; the test compares."""
    size: int
    sending_ip: str
    shapes: tuple[str, ...]
    domains: dict[str, float]
    mailings: tuple[Mailing, ...]
    troubles: tuple[Trouble, ...]
    complaints: int
    autoreplies: int
    delays: int
    forgeries: int
    remarks: tuple[Remark, ...] = ()
    torn: bool = False
    """One of its reports was torn on the way, and nobody can read it."""


_EVERYWHERE = {
    "gmail.com": 38, "outlook.com": 10, "hotmail.com": 6, "yahoo.com": 9, "icloud.com": 6,
    "gmx.net": 5, "web.de": 4, "orange.fr": 4, "yahoo.co.jp": 4, "acme.example": 5,
    "university.example": 4, "townhall.example": 3, "mail.example.net": 2,
}  # fmt: skip

_ALWAYS = (
    Trouble("acme.example", "exchange-unknown", 0.010, shape="exchange"),
    Trouble("university.example", "full", 0.012, shape="sendmail"),
    Trouble("townhall.example", "unknown", 0.012, shape="qmail"),
    Trouble("icloud.com", "full", 0.004),
    Trouble("orange.fr", "orange-unknown", 0.006),
    Trouble("gmail.com", "gmail-full", 0.002),
)

LISTS: tuple[DemoList, ...] = (
    DemoList(
        name="Weekly offers",
        stream=Stream.MARKETING,
        header_from=f"offers@{SENDER}",
        bounce_domain=f"bounces.offers.{SENDER}",
        band=Band.CRITICAL,
        size=3700,
        sending_ip="198.51.100.25",
        shapes=("postfix",),
        domains=_EVERYWHERE | {"outlook.com": 30, "hotmail.com": 8, "old-firm.example": 1},
        mailings=(
            Mailing("Early autumn offers", 38),
            Mailing("Rainy day offers", 27),
            Mailing("Half-price week", 20),
            Mailing("Lanterns and lights", 13),
            Mailing("Black week: early doors", 6),
        ),
        troubles=(
            Trouble("outlook.com", "outlook-blocked", 0.58, for_days=21),
            Trouble("hotmail.com", "outlook-blocked", 0.30, for_days=14),
            Trouble("outlook.com", "outlook-unknown", 0.012),
            Trouble("gmail.com", "gmail-unknown", 0.008),
            Trouble("gmail.com", "gmail-rate", 0.004, for_days=14),
            Trouble("yahoo.com", "yahoo-deferred", 0.02, for_days=14),
            Trouble("yahoo.com", "yahoo-unknown", 0.010),
            Trouble("gmail.com", "gmail-unauthenticated", 0.002, for_days=14),
            Trouble("gmx.net", "blocklist", 0.03, for_days=14),
            Trouble("old-firm.example", "no-host", 0.5),
            *_ALWAYS,
        ),
        complaints=14,
        autoreplies=30,
        delays=40,
        forgeries=8,
        torn=True,
        remarks=(
            Remark(21, "Moved to a new sending host, with an address of its own."),
            Remark(12, "outlook.com: asked for removal from their blocklist, no answer yet."),
        ),
    ),
    DemoList(
        name="Harbour newsletter",
        stream=Stream.MARKETING,
        header_from=f"news@{SENDER}",
        bounce_domain=f"bounces.news.{SENDER}",
        band=Band.ATTENTION,
        size=4600,
        sending_ip="198.51.100.40",
        shapes=("exim", "postfix"),
        domains=_EVERYWHERE | {"old-firm.example": 1},
        mailings=(
            Mailing("Harbour news 41", 45),
            Mailing("Harbour news 42", 28),
            Mailing("Harbour news 43", 22),
            Mailing("Harbour news 44", 15),
            Mailing("Harbour news 45", 8),
            Mailing("Harbour news 46", 1),
        ),
        troubles=(
            Trouble("gmail.com", "gmail-unknown", 0.032),
            Trouble("gmail.com", "gmail-unknown", 0.004, shape="gmail"),
            Trouble("outlook.com", "outlook-unknown", 0.022),
            Trouble("hotmail.com", "outlook-unknown", 0.040),
            Trouble("yahoo.com", "yahoo-unknown", 0.020),
            Trouble("yahoo.com", "unknown", 0.006, shape="yahoo"),
            Trouble("yahoo.co.jp", "unknown", 0.020, shape="opensmtpd"),
            Trouble("web.de", "unknown", 0.015, shape="opensmtpd"),
            Trouble("icloud.com", "icloud-policy", 0.02),
            Trouble("old-firm.example", "no-host", 0.4),
            Trouble("mail.example.net", "spam", 0.05),
            *_ALWAYS,
        ),
        complaints=9,
        autoreplies=35,
        delays=25,
        forgeries=6,
        remarks=(Remark(16, "Imported 900 addresses from the 2022 trade fair."),),
    ),
    DemoList(
        name="Receipts and alerts",
        stream=Stream.TRANSACTIONAL,
        header_from=f"service@{SENDER}",
        bounce_domain=f"bounces.service.{SENDER}",
        band=Band.HEALTHY,
        size=5800,
        sending_ip="203.0.113.14",
        shapes=("ses",),
        domains=_EVERYWHERE,
        mailings=(
            Mailing("Receipts, October", 40),
            Mailing("Shipping notices", 18),
            Mailing("Password resets", 11),
            Mailing("Receipts, November", 4),
        ),
        troubles=(
            Trouble("gmail.com", "gmail-unknown", 0.003),
            Trouble("outlook.com", "outlook-unknown", 0.004),
            Trouble("yahoo.com", "busy", 0.003),
            Trouble("web.de", "timeout", 0.004),
            Trouble("acme.example", "too-big", 0.004, shape="exchange"),
            Trouble("hotmail.com", "outlook-unknown", 0.004),
            Trouble("icloud.com", "full", 0.003),
        ),
        complaints=1,
        autoreplies=12,
        delays=10,
        forgeries=3,
    ),
)
