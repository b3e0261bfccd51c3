"""The demo's DMARC reports: what three large receivers write every day, as they mail it."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from xml.sax.saxutils import escape

from bounceadmin.demo.lists import LISTS, SENDER

DAYS = 14
_REPORTERS = (
    ("google.com", "noreply-dmarc-support@google.com", 900),
    ("Enterprise Outlook", "dmarcreport@microsoft.com", 600),
    ("Yahoo", "dmarchelp@yahooinc.com", 200),
)
# SPF of the critical list broke this many days ago: its mail has passed by DKIM alone since.
_BROKE = 1
# Whoever forges the sender, from a network of documentation (RFC 5737).
_FORGER = "192.0.2.177"


def reports(noon: datetime) -> Iterator[tuple[datetime, bytes]]:
    """When each report comes in, and the message it comes in."""
    chance = random.Random("dmarc")
    midnight = noon.replace(hour=0, minute=0, second=0, microsecond=0)
    for ago in range(DAYS, 0, -1):
        for name, email, usual in _REPORTERS:
            begin = midnight - timedelta(days=ago)
            arrives = begin + timedelta(days=1, hours=chance.randint(1, 9))
            if arrives < noon:
                yield arrives, _message(name, email, begin, arrives, _rows(chance, usual, ago))


def _rows(chance: random.Random, usual: int, ago: int) -> list[str]:
    """A day's rows: ours, a forwarder's, now and then a forger's."""
    rows = []
    for demo in LISTS:
        count = int(usual * chance.uniform(0.6, 1.3))
        spf = "fail" if demo is LISTS[0] and ago <= _BROKE else "pass"
        broken = int(count * 0.02)
        rows.append(_row(demo.sending_ip, count - broken, "pass", spf, demo.bounce_domain))
        if demo is LISTS[0] and broken:
            rows.append(_row(demo.sending_ip, broken, "fail", "fail", demo.bounce_domain))
    rows.append(_row("203.0.113.220", chance.randint(3, 25), "pass", "fail", "lists.example.org"))
    if chance.random() < 0.4:
        rows.append(_row(_FORGER, chance.randint(10, 160), "fail", "fail", "spam.example.net"))
    return rows


def _row(ip: str, count: int, dkim: str, spf: str, envelope: str) -> str:
    return (
        f"<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated>"
        f"<disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated>"
        f"</row><identifiers><envelope_from>{envelope}</envelope_from>"
        f"<header_from>{SENDER}</header_from></identifiers><auth_results><dkim>"
        f"<domain>{SENDER}</domain><selector>s2025</selector><result>{dkim}</result></dkim><spf>"
        f"<domain>{envelope}</domain><scope>mfrom</scope><result>{spf}</result></spf>"
        f"</auth_results></record>"
    )


def _message(name: str, email: str, begin: datetime, arrives: datetime, rows: list[str]) -> bytes:
    first, last = int(begin.timestamp()), int((begin + timedelta(days=1)).timestamp()) - 1
    serial = f"{name.split()[-1].lower()}-{first}"
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feedback><report_metadata>'
        f"<org_name>{escape(name)}</org_name><email>{email}</email><report_id>{serial}</report_id>"
        f"<date_range><begin>{first}</begin><end>{last}</end></date_range></report_metadata>"
        f"<policy_published><domain>{SENDER}</domain><adkim>r</adkim><aspf>r</aspf><p>none</p>"
        f"<sp>none</sp></policy_published>{''.join(rows)}</feedback>\n"
    )
    message = EmailMessage()
    message["From"] = email
    message["To"] = f"dmarc-reports@{LISTS[0].bounce_domain}"
    message["Subject"] = f"Report Domain: {SENDER} Submitter: {name} Report-ID: {serial}"
    message["Date"] = arrives.astimezone(UTC)
    message["Message-ID"] = f"<{serial}@{email.rpartition('@')[2]}>"
    message.set_content("This is a DMARC aggregate report.\n")
    message.add_attachment(
        # Without the time, so that the same report is the same message.
        gzip.compress(xml.encode(), mtime=0),
        maintype="application",
        subtype="gzip",
        filename=f"{email.rpartition('@')[2]}!{SENDER}!{first}!{last}.xml.gz",
    )
    # The same boundary each time, for the same reason.
    message.set_boundary(f"part-{serial}")
    return message.as_bytes()
