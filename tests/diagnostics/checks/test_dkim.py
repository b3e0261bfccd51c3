"""DKIM key records (RFC 6376 3.6, RFC 8301, RFC 8463)."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import dns.resolver
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from diagnostics.checks.dkim import check_dkim, read_key
from diagnostics.checks.resolving import BoundedResolver
from diagnostics.checks.zones import ZoneResolver


@cache
def rsa_key(bits: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return base64.b64encode(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


@cache
def ed25519_key() -> str:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    return base64.b64encode(key.public_bytes_raw()).decode()


def found(held: Any) -> list[tuple[str, str]]:
    zones = {"sel._domainkey.example.com": {"TXT": held}} if held is not None else {}
    checked = check_dkim("sel", "example.com", ZoneResolver(zones))
    return [(one.status, one.title) for one in checked]


def test_a_good_key_is_ok() -> None:
    expected = "There is an RSA key of 2048 bits at sel._domainkey.example.com."
    assert found([f"v=DKIM1; k=rsa; p={rsa_key(2048)}"]) == [("ok", expected)]
    assert found([f"p={rsa_key(2048)}"]) == [("ok", expected)]


def test_a_key_may_be_folded() -> None:
    key = rsa_key(2048)
    assert found([f"v=DKIM1; p={key[:100]} {key[100:]}"])[0][0] == "ok"


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("v=DKIM1; p=", "problem", "revoked"),
        ("v=DKIM1; k=rsa", "problem", "p=, the key, is missing"),
        ("v=DKIM1; p=%%%", "problem", "cannot be read"),
        ("v=DKIM1; p=AAAA", "problem", "cannot be read"),
        ("v=DKIM2; p={rsa2048}", "problem", "v= is not DKIM1"),
        ("k=rsa; v=DKIM1; p={rsa2048}", "problem", "does not stand first"),
        ("v=DKIM1; k=dsa; p={rsa2048}", "problem", "neither rsa nor ed25519"),
        ("v=DKIM1; k=ed25519; p={rsa2048}", "problem", "instead of 32"),
        ("v=DKIM1; k=ed25519; p={ed25519}", "info", "ed25519"),
        ("v=DKIM1; p={rsa1024}", "warning", "1024 bits"),
        ("v=DKIM1; p={rsa2048}; t=y:s", "info", "test mode"),
        ("v=DKIM1; p={rsa2048}; s=tlsrpt", "problem", "not for mail"),
        ("v=DKIM1; p={rsa2048}; h=sha1", "problem", "SHA-256"),
        ("v=DKIM1; p={rsa2048}; p={rsa2048}", "problem", "p stands twice"),
    ],
)
def test_a_faulty_key_is_explained(text: str, status: str, words: str) -> None:
    text = text.format(rsa1024=rsa_key(1024), rsa2048=rsa_key(2048), ed25519=ed25519_key())
    assert status in [one for one, title in found([text]) if words in title], found([text])


@pytest.mark.parametrize(
    ("held", "status", "words"),
    [
        (None, "problem", "no DKIM key"),
        ([], "problem", "no DKIM key"),
        (["p=a", "p=b"], "problem", "2 TXT records"),
        (dns.resolver.LifetimeTimeout, "could-not-check", "could not be looked up"),
    ],
)
def test_what_stands_at_the_selector(held: Any, status: str, words: str) -> None:
    ((state, title),) = found(held)
    assert (state, words in title) == (status, True)


def test_a_short_key_is_a_problem() -> None:
    # 512 bits, which no library will make any more: an RSA key of RFC 8301's forbidden kind.
    der = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBA" + "L" * 85 + "8CAwEAAQ=="
    assert read_key(f"v=DKIM1; p={der}").bits == 512
    assert found([f"v=DKIM1; p={der}"])[0][0] == "problem"


def test_a_real_name_server_gives_the_key(resolver: BoundedResolver) -> None:
    assert [one.status for one in check_dkim("sel", "example.com", resolver)] == ["ok", "info"]
