"""A name server for the tests of this folder, started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnostics.checks.resolving import BoundedResolver
from tests.diagnostics.checks.authoritative import LOOPBACK, serving

LONG = " ".join(f"ip4:198.51.{a}.{b}" for a in range(8) for b in range(20))


def txt(text: str) -> str:
    """`text` as the quoted strings of a zone file."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))


ZONES = {
    "example.com": f"""
@ TXT "v=spf1 mx include:_spf.example.net -all"
@ MX 10 mx.example.com.
mx A 127.0.0.1
mx AAAA ::1
mail CNAME mx.example.com.
loop CNAME loop2.example.com.
loop2 CNAME loop.example.com.
long TXT {txt("v=spf1 " + LONG + " ip4:192.0.2.10 -all")}
inside A 10.1.2.3
mixed A 10.1.2.3
mixed A 127.0.0.1
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@reports.example.net"
sel._domainkey TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
null MX 0 .
_mta-sts TXT "v=STSv1; id=20261124"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
""",
    "example.net": """
_spf TXT "v=spf1 ip4:192.0.2.0/28 exists:%{i}.ok.example.net -all"
192.0.2.99.ok A 127.0.0.2
example.com._report._dmarc.reports TXT "v=DMARC1"
""",
    "2.0.192.in-addr.arpa": """
10 PTR mail.example.org.
11 PTR gone.example.org.
""",
    "example.org": """
mail A 192.0.2.10
""",
    "bl.test": """
2.0.0.127 A 127.0.0.2
10.2.0.192 A 127.0.0.4
10.2.0.192 TXT "see https://bl.test/192.0.2.10"
""",
}


@pytest.fixture(scope="session")
def name_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a name server that serves `ZONES` on loopback."""
    directory: Path = tmp_path_factory.mktemp("knot")
    with serving(ZONES, directory) as port:
        yield port


@pytest.fixture
def resolver(name_server: int) -> BoundedResolver:
    """A bounded resolver that asks `name_server`."""
    return BoundedResolver([LOOPBACK], port=name_server)
