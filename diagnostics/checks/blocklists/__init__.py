"""Blocklists (RFC 5782): are our sending addresses and domains listed, and what to do then."""

from diagnostics.checks.blocklists.advice import check_blocklists, findings
from diagnostics.checks.blocklists.ask import Listing, ask_blocklist, ask_blocklists
from diagnostics.checks.blocklists.zones import ZONES, Zone

__all__ = [
    "ZONES",
    "Listing",
    "Zone",
    "ask_blocklist",
    "ask_blocklists",
    "check_blocklists",
    "findings",
]
