"""A DNS of memory for tests of the app: one domain that does it all right, one that does not."""

from __future__ import annotations

from datetime import UTC, datetime

from diagnostics.checking import Tools
from diagnostics.checks.connecting import CannotConnect
from diagnostics.checks.fetching import Fetched
from diagnostics.checks.zones import ZoneResolver
from network.addresses import AddressPolicy

GOOD = {
    "bounces.example.com": {
        "TXT": ["v=spf1 ip4:192.0.2.25 include:_spf.example.net -all"],
        "MX": ["10 mx.example.com."],
    },
    "_spf.example.net": {"TXT": ["v=spf1 ip4:198.51.100.0/24 ~all"]},
    "mx.example.com": {"A": ["192.0.2.26"]},
    "example.com": {"A": ["192.0.2.80"]},
    "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"]},
    "s1._domainkey.example.com": {
        "TXT": ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]
    },
    "25.2.0.192.in-addr.arpa": {"PTR": ["mail.example.com."]},
    "mail.example.com": {"A": ["192.0.2.25"]},
}
BROKEN = GOOD | {
    "bounces.example.com": {"TXT": ["v=spf1 include:gone.example.net -all"], "MX": ["0 ."]},
}


def no_connection(host: str, port: int, seconds: float):
    raise CannotConnect(f"{host} did not answer", "silent")


def tools(zones=GOOD, **changes) -> Tools:
    values = {
        "resolver": ZoneResolver(zones),
        "policy": AddressPolicy(),
        "connect": no_connection,
        "fetch": lambda url: Fetched(url, error="there is no web here"),
        "now": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        "zones": (),
    }
    return Tools(**values | changes)
