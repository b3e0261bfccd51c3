"""An SPF record, read: its terms, or where it breaks the grammar (RFC 7208 12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from diagnostics.checks.sentences import say
from diagnostics.checks.spf.identity import address_number
from diagnostics.checks.spf.macros import (
    MacroError,
    MacroString,
    read_domain_spec,
    read_macro_string,
)

Qualifier = Literal["+", "-", "~", "?"]

VERSION = "v=spf1"
_LONGEST_REMEMBERED = 2048

_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)", re.ASCII | re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_.-]*", re.ASCII)
_DUAL_CIDR = re.compile(r"(?:/([0-9]+))?(?://([0-9]+))?\Z", re.ASCII)
_CIDR = re.compile(r"/([0-9]+)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shape:
    """What may follow a mechanism's name, and whether evaluating it asks the DNS."""

    domain: Literal["none", "optional", "required"] = "none"
    dual_cidr: bool = False
    address: Literal[0, 4, 6] = 0
    """The IP version of the network that must follow, or 0."""
    queries: bool = True
    """True where the mechanism counts towards the limit of ten (RFC 7208 4.6.4)."""


MECHANISMS: dict[str, Shape] = {
    "all": Shape(queries=False),
    "include": Shape(domain="required"),
    "a": Shape(domain="optional", dual_cidr=True),
    "mx": Shape(domain="optional", dual_cidr=True),
    "ptr": Shape(domain="optional"),
    "ip4": Shape(address=4, queries=False),
    "ip6": Shape(address=6, queries=False),
    "exists": Shape(domain="required"),
}
"""The mechanisms of RFC 7208 5."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a record breaks the grammar."""

    position: int
    """Characters from the start of the record, from 0."""
    term: str
    message: str


@dataclass(frozen=True, slots=True)
class Network:
    """The network of `ip4` or `ip6`, ready to compare."""

    version: int
    address: int
    prefix: int


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One directive: a qualifier and a mechanism."""

    text: str
    position: int
    qualifier: Qualifier
    name: str
    """In lower case."""
    target: MacroString | None = None
    """The domain-spec; None where the record's own domain is meant."""
    prefix4: int = 32
    prefix6: int = 128
    network: Network | None = None

    @property
    def queries(self) -> bool:
        """True where evaluating it counts towards the limit of ten lookups."""
        return MECHANISMS[self.name].queries


@dataclass(frozen=True, slots=True)
class Modifier:
    """One `name=value`."""

    text: str
    position: int
    name: str
    """In lower case."""
    value: MacroString

    @property
    def queries(self) -> bool:
        """True for `redirect`, the one modifier that counts towards the limit of ten lookups."""
        return self.name == "redirect"


@dataclass(frozen=True, slots=True)
class Record:
    """One SPF record."""

    text: str
    terms: tuple[Mechanism | Modifier, ...]
    """In the order of the record."""
    mechanisms: tuple[Mechanism, ...]
    redirect: Modifier | None
    """None where there is none or where an `all` makes it void (RFC 7208 6.1)."""
    explanation: Modifier | None
    faults: tuple[Fault, ...]
    """Empty for a sound record; any fault makes the whole record a `permerror`."""

    @property
    def all(self) -> Mechanism | None:
        """The first `all`, or None."""
        return next((term for term in self.mechanisms if term.name == "all"), None)


class _TermError(ValueError):
    """A term that breaks the grammar; `position` counts from the term's start."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


def is_spf(text: str) -> bool:
    """True if a TXT record is an SPF record: `v=spf1`, then a space or the end (RFC 7208 4.5)."""
    return text[:6].lower() == VERSION and text[6:7] in ("", " ")


def read_record(text: str) -> Record:
    """Read one SPF record, which `is_spf`; raises nothing: what is wrong stands in `.faults`."""
    # Only what is short is remembered: a stranger's long records must not fill the memory.
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _read(text)


@lru_cache(maxsize=2048)
def _remembered(text: str) -> Record:
    return _read(text)


def forget_records() -> None:
    """Empty the memory of records that were read, for measurements."""
    _remembered.cache_clear()


def _read(text: str) -> Record:
    terms: list[Mechanism | Modifier] = []
    faults: list[Fault] = []
    for found in re.finditer("[^ ]+", text[len(VERSION) :]):
        word, position = found[0], found.start() + len(VERSION)
        try:
            terms.append(_read_term(word, position))
        except (_TermError, MacroError) as error:
            faults.append(Fault(position + error.position, word, error.message))
    only: dict[str, Modifier] = {}
    for term in terms:
        if isinstance(term, Modifier) and term.name in ("redirect", "exp"):
            if term.name in only:
                faults.append(
                    Fault(term.position, term.text, say("{term}= stands twice", term=term.name))
                )
            only.setdefault(term.name, term)
    mechanisms = tuple(term for term in terms if isinstance(term, Mechanism))
    has_all = any(term.name == "all" for term in mechanisms)
    return Record(
        text=text,
        terms=tuple(terms),
        mechanisms=mechanisms,
        redirect=None if has_all else only.get("redirect"),
        explanation=only.get("exp"),
        faults=tuple(sorted(faults, key=lambda fault: fault.position)),
    )


def _read_term(word: str, position: int) -> Mechanism | Modifier:
    modifier = _MODIFIER.match(word)
    if modifier is None:
        return _read_mechanism(word, position)
    name, value = modifier[1].lower(), modifier[2]
    read = read_domain_spec if name in ("redirect", "exp") else read_macro_string
    return Modifier(word, position, name, _shifted(read, value, modifier.start(2)))


def _read_mechanism(word: str, position: int) -> Mechanism:
    signed = word[0] in "+-~?"
    qualifier: Qualifier = word[0] if signed else "+"  # type: ignore[assignment]
    end = _NAME.match(word, int(signed)).end()  # type: ignore[union-attr]
    name, rest = word[int(signed) : end].lower(), word[end:]
    shape = MECHANISMS.get(name)
    if shape is None:
        raise _TermError(
            int(signed), say("{word} is neither a mechanism nor a modifier", word=repr(word))
        )
    if shape.address:
        network = _read_network(shape.address, rest, end)
        return Mechanism(word, position, qualifier, name, network=network)

    prefix4, prefix6 = 32, 128
    if shape.dual_cidr and (cidr := _DUAL_CIDR.search(rest)) and cidr[0]:
        prefix4 = _prefix(cidr[1], 32, end + cidr.start())
        prefix6 = _prefix(cidr[2], 128, end + cidr.start())
        rest = rest[: cidr.start()]
    if not rest:
        if shape.domain == "required":
            raise _TermError(end, say("{name} needs a domain: {name}:example.com", name=name))
        return Mechanism(word, position, qualifier, name, None, prefix4, prefix6)
    if shape.domain == "none" or rest[0] != ":":
        raise _TermError(end, say("{rest} cannot follow {name}", rest=repr(rest), name=name))
    target = _shifted(read_domain_spec, rest[1:], end + 1)
    return Mechanism(word, position, qualifier, name, target, prefix4, prefix6)


def _read_network(version: Literal[4, 6], rest: str, end: int) -> Network:
    bits = 32 if version == 4 else 128
    if not rest.startswith(":"):
        raise _TermError(end, say("ip{version} needs an address: ip{version}:...", version=version))
    cidr = _CIDR.search(rest)
    prefix = _prefix(cidr[1] if cidr else None, bits, end + (cidr.start() if cidr else 0))
    text = rest[1 : cidr.start()] if cidr else rest[1:]
    # A zone index ("%eth0") is no part of an address in RFC 4291 2.2.
    number = None if "%" in text else address_number(text, version)
    if number is None:
        raise _TermError(
            end + 1, say("{text} is no IPv{version} address", text=repr(text), version=version)
        )
    return Network(version, number, prefix)


def _prefix(digits: str | None, bits: int, at: int) -> int:
    """A CIDR length; absent is the whole address, and leading zeros are wrong (RFC 7208 5.6)."""
    if digits is None:
        return bits
    if len(digits) > 3 or (digits[0] == "0" and digits != "0") or int(digits) > bits:
        raise _TermError(
            at, say("/{length} is no prefix length from 0 to {bits}", length=digits[:8], bits=bits)
        )
    return int(digits)


def _shifted(read: Callable[[str], MacroString], text: str, offset: int) -> MacroString:
    """Read `text`, which stands `offset` characters into its term, with errors placed there."""
    try:
        return read(text)
    except MacroError as error:
        raise _TermError(offset + error.position, error.message) from None
