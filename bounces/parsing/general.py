"""The general text extractor: addresses and the reply text near them."""

from __future__ import annotations

import re

from bounces.parsing import addresses
from bounces.parsing.notice import Finding, Notice

_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_QMAIL = re.compile(r"^<([^<>\s]{1,320}@[^<>\s]{1,255})>:[ \t]*\n?((?:.+\n?)*)", re.M)


def extract(notice: Notice) -> list[Finding]:
    """Findings from free text: qmail-like paragraphs, X-Failed-Recipients, addresses."""
    text = notice.text
    found = [
        Finding(recipient=m[1], diagnostic=" ".join(m[2].split())) for m in _QMAIL.finditer(text)
    ]
    if found:
        return found
    failed = addresses.every(notice.headers.get("x-failed-recipients"))
    own = {notice.sender, *(a.lower() for a in addresses.every(notice.headers.get("to")))}
    if not failed:
        failed = [a for a in addresses.every(text, 50) if a.lower() not in own]
        failed = failed[:1]
    if not failed:
        failed = addresses.every(notice.original.get("to"))[:1]
    return [Finding(recipient=a, diagnostic=_near(text, a, len(failed))) for a in failed]


def _near(text: str, address: str, count: int) -> str:
    """The paragraph that speaks of `address`."""
    at = text.find(address)
    if at < 0:
        return " ".join(text.split())[:1000]
    following = text[at + len(address) :]
    paragraph = _PARAGRAPHS.split(following, maxsplit=2)
    chosen = paragraph[0] if len(paragraph[0].split()) > 2 else " ".join(paragraph[:2])
    return " ".join(chosen.split()).lstrip(">:. ")[:1000]
