"""A DKIM key record: is there a key, of which kind and length, for mail (RFC 6376 3.6.1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from diagnostics.checks.asking import Answered, Resolver, ask
from diagnostics.checks.findings import DnsRecord, Finding, unanswered
from diagnostics.checks.spf.names import for_query
from diagnostics.checks.tags import TagList, read_tags

CHECK = "dkim"

SHORTEST_RSA = 1024
"""Bits below which receivers must not accept a signature (RFC 8301 3.2)."""
GOOD_RSA = 2048
"""Bits that signers should use (RFC 8301 3.2)."""
LONGEST_RSA = 4096
"""Bits that every receiver must be able to handle (RFC 8301 3.2)."""
_ED25519 = 32  # octets of a public key (RFC 8463 4)

State = Literal["found", "missing", "several", "unknown"]


@dataclass(frozen=True, slots=True)
class DkimKey:
    """One key record."""

    tags: TagList
    kind: str
    """`rsa` or `ed25519`, or what else stands in `k=`."""
    bits: int
    """0 where the key is revoked or cannot be read."""
    faults: tuple[str, ...]

    @property
    def is_revoked(self) -> bool:
        """True for an empty `p=`."""
        return self.tags.get("p") == ""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of `t=`: `y` for testing, `s` for no subdomains in `i=`."""
        return _list(self.tags.get("t"))

    @property
    def services(self) -> tuple[str, ...]:
        """What the key may be used for (`s=`); `*` for everything."""
        return _list(self.tags.get("s")) or ("*",)

    @property
    def hashes(self) -> tuple[str, ...]:
        """The hash algorithms it may be used with (`h=`); empty for all."""
        return _list(self.tags.get("h"))


@dataclass(frozen=True, slots=True)
class DkimLookup:
    """What stands at one selector."""

    name: str
    state: State
    answered: Answered
    key: DkimKey | None = None


def look_up(selector: str, domain: str, resolver: Resolver) -> DkimLookup:
    """Look up the key of `selector` for `domain`."""
    name = f"{selector.strip('.')}._domainkey.{domain.strip('.')}".lower()
    answered = ask(resolver, for_query(name), "TXT")
    if answered.outcome == "failed":
        return DkimLookup(name, "unknown", answered)
    texts = answered.strings()
    if len(texts) != 1:
        return DkimLookup(name, "several" if texts else "missing", answered)
    return DkimLookup(name, "found", answered, read_key(texts[0]))


def read_key(text: str) -> DkimKey:
    """Read a key record; raises nothing."""
    tags = read_tags(text)
    faults = list(tags.faults)
    if "v" in tags.names and (tags.names[0] != "v" or tags.get("v") != "DKIM1"):
        faults.append("v= is not DKIM1, or does not stand first")
    kind = (tags.get("k") or "rsa").lower()
    bits = 0
    encoded = tags.get("p")
    if encoded is None:
        faults.append("p=, the key, is missing")
    elif encoded:
        try:
            octets = base64.b64decode("".join(encoded.split()), validate=True)
            bits = _bits(kind, octets)
        except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
            faults.append(f"the key cannot be read ({error})")
    return DkimKey(tags, kind, bits, tuple(faults))


def _bits(kind: str, octets: bytes) -> int:
    """The length of a key. Raises `ValueError` where it is none of `kind`."""
    if kind == "ed25519":
        if len(octets) != _ED25519:
            raise ValueError(f"{len(octets)} octets instead of {_ED25519}")
        return len(octets) * 8
    if kind != "rsa":
        raise ValueError(f"k={kind} is neither rsa nor ed25519")
    key = load_der_public_key(octets)
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("it is no RSA key")
    return key.key_size


def check_dkim(selector: str, domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """Judge the key of `selector` for the signing domain `domain`."""
    return findings(look_up(selector, domain, resolver))


def findings(found: DkimLookup) -> tuple[Finding, ...]:
    """What a key record means."""
    return tuple(_findings(found))


def _findings(found: DkimLookup) -> Iterator[Finding]:
    name, evidence, key = found.name, (found.answered.evidence(),), found.key
    if found.state == "unknown":
        yield unanswered(CHECK, f"The DKIM key at {name}", evidence)
    elif found.state == "missing":
        yield Finding(
            CHECK,
            "problem",
            f"There is no DKIM key at {name}.",
            "Every signature with this selector fails.",
            "Publish the public key that your mail server or provider shows for this selector.",
            evidence,
            (DnsRecord(name, "TXT", "v=DKIM1; k=rsa; p=<the public key in base64>"),),
        )
    elif found.state == "several":
        yield Finding(
            CHECK,
            "problem",
            f"{name} holds {len(found.answered.rdatas)} TXT records; one is allowed.",
            "Which one receivers take is not defined (RFC 6376 3.6.2.2).",
            "Delete all but the key.",
            evidence,
        )
    elif key is not None:
        yield from _about_key(name, key, found)


def _about_key(name: str, key: DkimKey, found: DkimLookup) -> Iterator[Finding]:
    evidence = (found.answered.evidence(),)

    def finding(status: str, title: str, meaning: str, action: str = "") -> Finding:
        return Finding(CHECK, status, title, meaning, action, evidence)  # type: ignore[arg-type]

    for fault in key.faults:
        yield finding(
            "problem",
            f"The DKIM key at {name} is broken: {fault}.",
            "Every signature with this selector fails.",
            "Publish the key again; long keys must be cut into quoted pieces, not altered.",
        )
    if key.is_revoked:
        yield finding(
            "problem",
            f"The DKIM key at {name} is revoked (p= is empty).",
            "Every signature with this selector fails.",
            "Sign with another selector, or publish the key again.",
        )
    if key.faults or key.is_revoked:
        return
    if key.kind == "rsa" and key.bits < SHORTEST_RSA:
        yield finding(
            "problem",
            f"The RSA key at {name} has {key.bits} bits.",
            f"Receivers accept none below {SHORTEST_RSA} (RFC 8301).",
            f"Make a new key of {GOOD_RSA} bits, under a new selector.",
        )
    elif key.kind == "rsa" and key.bits < GOOD_RSA:
        yield finding(
            "warning",
            f"The RSA key at {name} has {key.bits} bits.",
            f"It still counts; signers should use {GOOD_RSA} (RFC 8301).",
            f"Make a new key of {GOOD_RSA} bits, under a new selector.",
        )
    elif key.kind == "rsa" and key.bits > LONGEST_RSA:
        yield finding(
            "warning",
            f"The RSA key at {name} has {key.bits} bits.",
            f"Receivers need not be able to handle more than {LONGEST_RSA} (RFC 8301).",
            f"Make a new key of {GOOD_RSA} bits, under a new selector.",
        )
    else:
        length = f" of {key.bits} bits" if key.kind == "rsa" else ""
        yield finding(
            "ok", f"There is an {key.kind} key{length} at {name}.", "Signatures can pass."
        )
    if "y" in key.flags:
        yield finding(
            "info",
            f"The key at {name} is in test mode (t=y).",
            "Receivers treat the mail as if it were not signed (RFC 6376 3.6.1).",
            "Remove t=y when signing works.",
        )
    if not {"*", "email"} & set(key.services):
        yield finding(
            "problem",
            f"The key at {name} is not for mail (s={':'.join(key.services)}).",
            "Every signature with this selector fails.",
            "Remove s=, or set s=email.",
        )
    if key.hashes and "sha256" not in key.hashes:
        yield finding(
            "problem",
            f"The key at {name} does not allow SHA-256 (h={':'.join(key.hashes)}).",
            "Receivers accept no signature with SHA-1 (RFC 8301).",
            "Remove h=.",
        )
    if key.kind == "ed25519":
        yield finding(
            "info",
            f"The key at {name} is an ed25519 key.",
            "Some receivers do not know it yet (RFC 8463).",
            "Sign with an RSA key as well.",
        )


def _list(value: str | None) -> tuple[str, ...]:
    parts = (part.strip().lower() for part in (value or "").split(":"))
    return tuple(part for part in parts if part)
