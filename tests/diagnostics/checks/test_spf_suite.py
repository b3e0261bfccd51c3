"""The public RFC 7208 conformance suite, where a copy of it is at hand.

It is no part of this project: put it at `../shared/data/spf/rfc7208-tests.yml` or name it in
SPF_SUITE.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dns.resolver
import pytest
import yaml

from diagnostics.checks.spf import check_host
from diagnostics.checks.zones import ZoneResolver

BESIDE = Path(__file__).parents[4] / "shared" / "data" / "spf" / "rfc7208-tests.yml"
SUITE = Path(os.environ.get("SPF_SUITE", BESIDE))


def zones_of(scenario: dict[str, Any]) -> ZoneResolver:
    """The scenario's zone data.

    A record of the old SPF type stands for the same TXT, unless the name has TXT of its own (or
    says `TXT: NONE`); `TIMEOUT` alone is for all types that the name does not have.
    """
    return ZoneResolver(
        {str(name): types_of(held) for name, held in (scenario.get("zonedata") or {}).items()}
    )


def types_of(entries: list[Any]) -> dict[str, Any]:
    held: dict[str, list[Any]] = {}
    for entry in entries:
        for rdtype, value in entry.items() if isinstance(entry, dict) else ():
            held.setdefault(rdtype, []).append(value)
    types: dict[str, Any] = {}
    for rdtype, values in held.items():
        if rdtype != "SPF":
            types[rdtype] = [READERS.get(rdtype, str)(one) for one in values if one != "NONE"]
        elif "TXT" not in held:
            types["TXT"] = [READERS["TXT"](one) for one in values]
        if "TIMEOUT" in values:
            types[rdtype] = dns.resolver.LifetimeTimeout
    if "TIMEOUT" in entries:
        for rdtype in ("TXT", "A", "AAAA", "MX", "PTR"):
            types[rdtype] = types.get(rdtype) or dns.resolver.LifetimeTimeout
    return types


READERS: dict[str, Any] = {
    "TXT": lambda value: value or [b""],
    "MX": lambda value: f"{value[0]} {str(value[1]).rstrip('.')}.",
}


def cases() -> list[Any]:
    if not SUITE.is_file():
        return []
    with SUITE.open(encoding="utf-8") as file:
        scenarios = [scenario for scenario in yaml.safe_load_all(file) if scenario]
    return [
        pytest.param(zones_of(scenario), test, id=name)
        for scenario in scenarios
        for name, test in scenario["tests"].items()
    ]


@pytest.mark.skipif(not SUITE.is_file(), reason="no copy of the RFC 7208 suite is at hand")
@pytest.mark.parametrize(("resolver", "test"), cases())
def test_agrees_with_the_public_suite(resolver: ZoneResolver, test: dict[str, Any]) -> None:
    found = check_host(test["host"], test.get("mailfrom") or "", test.get("helo") or "", resolver)

    allowed = test["result"] if isinstance(test["result"], list) else [test["result"]]
    assert found.result in allowed, found.reason
    wanted = test.get("explanation")
    if wanted is not None:
        assert found.explanation == ("" if wanted == "DEFAULT" else wanted)
