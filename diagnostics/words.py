"""Checks, statuses and what checks say, as people read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diagnostics.checks.sentences import Sentence, from_data

CHECKS: dict[str, object] = {
    "spf": "SPF",
    "dmarc": "DMARC",
    "dkim": "DKIM",
    "ptr": _("Reverse DNS"),
    "blocklists": _("Blocklists"),
    "mx": "MX",
    "mailbox": _("Mail host"),
    "mta-sts": "MTA-STS",
    "tls-rpt": _("TLS reports"),
    "dmarc-reports": _("DMARC reports"),
    "events": _("Our bounces"),
    "cause": _("Cause"),
}
"""A check's short name."""

STATUSES: dict[str, object] = {
    "problem": _("To mend"),
    "publish": _("To publish"),
    "warning": _("To look at"),
    "could-not-check": _("Could not check"),
    "info": _("To know"),
    "ok": _("In order"),
}
"""What a finding's status means to a person; `publish` is what mends others."""


def in_words(text: Any) -> str:
    """A sentence, or one that was kept as data, in the reader's language; other text as it is."""
    sentence = from_data(text)
    return sentence.in_words(gettext) if isinstance(sentence, Sentence) else sentence
