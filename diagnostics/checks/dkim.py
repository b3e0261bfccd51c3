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
from diagnostics.checks.findings import DnsRecord, Finding, Status, unanswered
from diagnostics.checks.sentences import Sentence, say
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
        faults.append(say("v= is not DKIM1, or does not stand first"))
    kind = (tags.get("k") or "rsa").lower()
    bits = 0
    encoded = tags.get("p")
    if encoded is None:
        faults.append(say("p=, the key, is missing"))
    elif encoded:
        try:
            octets = base64.b64decode("".join(encoded.split()), validate=True)
            bits = _bits(kind, octets)
        except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
            faults.append(say("the key cannot be read ({error})", error=str(error)))
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
        yield unanswered(CHECK, say("The DKIM key at {name}", name=name), evidence)
    elif found.state == "missing":
        yield Finding(
            CHECK,
            "problem",
            say("There is no DKIM key at {name}.", name=name),
            say("Every signature with this selector fails."),
            say(
                "Publish the public key that your mail server or provider shows for this selector."
            ),
            evidence,
            (DnsRecord(name, "TXT", "v=DKIM1; k=rsa; p=<the public key in base64>"),),
        )
    elif found.state == "several":
        yield Finding(
            CHECK,
            "problem",
            say(
                "{name} holds {count} TXT records; one is allowed.",
                name=name,
                count=len(found.answered.rdatas),
            ),
            say("Which one receivers take is not defined (RFC 6376 3.6.2.2)."),
            say("Delete all but the key."),
            evidence,
        )
    elif key is not None:
        yield from _about_key(name, key, found)


def _about_key(name: str, key: DkimKey, found: DkimLookup) -> Iterator[Finding]:
    evidence = (found.answered.evidence(),)

    def finding(
        status: Status, title: Sentence, meaning: Sentence, action: Sentence | None = None
    ) -> Finding:
        return Finding(CHECK, status, title, meaning, action or "", evidence)

    for fault in key.faults:
        yield finding(
            "problem",
            say("The DKIM key at {name} is broken: {fault}.", name=name, fault=fault),
            say("Every signature with this selector fails."),
            say("Publish the key again; long keys must be cut into quoted pieces, not altered."),
        )
    if key.is_revoked:
        yield finding(
            "problem",
            say("The DKIM key at {name} is revoked (p= is empty).", name=name),
            say("Every signature with this selector fails."),
            say("Sign with another selector, or publish the key again."),
        )
    if key.faults or key.is_revoked:
        return
    if key.kind == "rsa" and key.bits < SHORTEST_RSA:
        yield finding(
            "problem",
            say("The RSA key at {name} has {bits} bits.", name=name, bits=key.bits),
            say("Receivers accept none below {shortest} (RFC 8301).", shortest=SHORTEST_RSA),
            say("Make a new key of {bits} bits, under a new selector.", bits=GOOD_RSA),
        )
    elif key.kind == "rsa" and key.bits < GOOD_RSA:
        yield finding(
            "warning",
            say("The RSA key at {name} has {bits} bits.", name=name, bits=key.bits),
            say("It still counts; signers should use {bits} (RFC 8301).", bits=GOOD_RSA),
            say("Make a new key of {bits} bits, under a new selector.", bits=GOOD_RSA),
        )
    elif key.kind == "rsa" and key.bits > LONGEST_RSA:
        yield finding(
            "warning",
            say("The RSA key at {name} has {bits} bits.", name=name, bits=key.bits),
            say(
                "Receivers need not be able to handle more than {longest} (RFC 8301).",
                longest=LONGEST_RSA,
            ),
            say("Make a new key of {bits} bits, under a new selector.", bits=GOOD_RSA),
        )
    else:
        yield finding(
            "ok",
            say("There is an RSA key of {bits} bits at {name}.", bits=key.bits, name=name)
            if key.kind == "rsa"
            else say("There is an {kind} key at {name}.", kind=key.kind, name=name),
            say("Signatures can pass."),
        )
    if "y" in key.flags:
        yield finding(
            "info",
            say("The key at {name} is in test mode (t=y).", name=name),
            say("Receivers treat the mail as if it were not signed (RFC 6376 3.6.1)."),
            say("Remove t=y when signing works."),
        )
    if not {"*", "email"} & set(key.services):
        yield finding(
            "problem",
            say(
                "The key at {name} is not for mail (s={services}).",
                name=name,
                services=":".join(key.services),
            ),
            say("Every signature with this selector fails."),
            say("Remove s=, or set s=email."),
        )
    if key.hashes and "sha256" not in key.hashes:
        yield finding(
            "problem",
            say(
                "The key at {name} does not allow SHA-256 (h={hashes}).",
                name=name,
                hashes=":".join(key.hashes),
            ),
            say("Receivers accept no signature with SHA-1 (RFC 8301)."),
            say("Remove h=."),
        )
    if key.kind == "ed25519":
        yield finding(
            "info",
            say("The key at {name} is an ed25519 key.", name=name),
            say("Some receivers do not know it yet (RFC 8463)."),
            say("Sign with an RSA key as well."),
        )


def _list(value: str | None) -> tuple[str, ...]:
    parts = (part.strip().lower() for part in (value or "").split(":"))
    return tuple(part for part in parts if part)
