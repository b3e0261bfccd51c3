"""Checks and statuses as people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
