"""What can be asked for: a plan is a question, and the checks that answer it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing to ask for."""

    name: str
    title: str
    when: str
    """When to ask it, in a sentence."""
    checks: tuple[str, ...]
    """Names of steps (see `STEPS`), in the order they are shown while they run."""

    @property
    def is_scenario(self) -> bool:
        """True where it ends in a ranked cause."""
        return self.checks[-1] == "cause"


STEPS: dict[str, str] = {
    "spf": "SPF: may your servers send for the bounce domain?",
    "dmarc": "DMARC: does the bounce domain align with the header From?",
    "dkim": "DKIM: are the keys there and sound?",
    "ptr": "Reverse DNS of the sending addresses",
    "blocklists": "Blocklists: addresses and domains",
    "mx": "MX: where bounces go",
    "mailbox": "The mail host: does it take the bounce address?",
    "mta-sts": "MTA-STS: is encryption announced, and right?",
    "tls-rpt": "TLS reporting",
    "dmarc-reports": "What receivers report (DMARC)",
    "events": "What our own bounces say",
    "cause": "Weighing the causes",
}
"""Each step and what it looks at."""

PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan(
            "checkup",
            "Check everything",
            "Looks at all that receivers look at. Ask it after every change, and now and then.",
            (
                "spf",
                "dmarc",
                "dkim",
                "ptr",
                "blocklists",
                "mx",
                "mailbox",
                "mta-sts",
                "tls-rpt",
                "dmarc-reports",
                "events",
            ),
        ),
        Plan(
            "everything-bounces",
            "Everything bounces",
            "Most mail comes back, or one large provider refuses all of it.",
            ("spf", "dmarc", "dkim", "ptr", "blocklists", "mx", "dmarc-reports", "events", "cause"),
        ),
        Plan(
            "no-bounces",
            "Bounces do not arrive",
            "Mail was sent, and nothing comes back: no list is that clean.",
            ("mx", "mailbox", "mta-sts", "spf", "events", "cause"),
        ),
        Plan(
            "many-soft",
            "Many soft bounces",
            "Receivers put mail off: busy, full, too fast, too large.",
            ("events", "ptr", "spf", "blocklists", "cause"),
        ),
        Plan(
            "loop",
            "A bounce loop",
            "Bounces and automatic replies chase each other.",
            ("events", "mx", "mailbox", "cause"),
        ),
    )
}
"""Everything that can be asked for, by name."""
