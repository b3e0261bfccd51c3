"""E-mail addresses in headers, report fields and running text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bounces.parsing.charsets import to_text
from bounces.parsing.headers import decode_words

# A local part as MTAs print it: RFC 5321 atoms, 8-bit for RFC 6531 (but for blanks and
# punctuation, which stand around addresses), RFC 6533's \x{..} form, or a quoted string. Bounded,
# so that no line can make matching quadratic.
_BEYOND_ASCII = r"\x80-\u1fff\u2070-\u2fff\u3040-\ufeff\uff66-\U0010ffff"
_LOCAL = rf"(?:\"[^\"\n]{{1,128}}\"|[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.\\{_BEYOND_ASCII}-]{{1,256}})"
_DOMAIN = (
    r"(?:\[[0-9A-Fa-f.:IPv]{3,60}\]|[A-Za-z0-9_\x80-\U0010ffff]"
    r"[A-Za-z0-9_.\x80-\U0010ffff-]{0,252})"
)
ADDRESS = re.compile(rf"(?<![\w@.+=-]){_LOCAL}@{_DOMAIN}")
# What nearly all addresses are made of, and nearly all values with one.
_SIMPLE = re.compile(r"[\w.+=/-]{1,64}@[A-Za-z0-9.-]{1,251}[A-Za-z0-9]", re.A)
_USUALLY = re.compile(rf"(?:[^<]*+(<))?+({_SIMPLE.pattern})(?(1)>|(?![^ ]))", re.A)
_ANGLE = re.compile(rf"<[ \t]*({_LOCAL}@{_DOMAIN})\.?[ \t]*>")
_COMMENT = re.compile(r"\([^()]{0,500}\)")
# RFC 6533 3: a Unicode code point in a utf-8-addr-xtext.
_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_USUAL = 200
# What may follow an address at once in languages that write without blanks: their punctuation,
# and words behind a last label in ASCII.
_PUNCTUATION = re.compile(r"(?<=@)([^@]{1,255}?)[、。，；：」』》）！？،؛].*$", re.S)
_BETWEEN = re.compile("[、。，；：「」『』《》（）【】！？،؛]")
_TEXT_BEHIND = re.compile(r"(@[^@]{1,250}\.[A-Za-z]{2,24})[\u0400-\uffff][^@.]*$")
# The same before one in running text. In a field or in brackets what begins so is whole (RFC 6531).
_TEXT_BEFORE = re.compile(
    r"[^@]*[\u0e00-\u0eff\u1100-\u11ff\u3040-\uffff](?=[A-Za-z0-9][\w.+=-]*@[A-Za-z0-9.-]+$)", re.A
)
# `list-bounces+ann-lee=example.net@`, `list-return-12-ann-lee=...`, `bounce-list-ann=...`: behind a
# plus, or a word that only return paths have, hyphens are the recipient's; else behind the last.
_VERP = tuple(
    re.compile(rf"{before}({local}{{1,64}})=([\w-]{{1,63}}(?:\.[\w-]{{1,63}})+)@", re.A)
    for before, local in (
        (r"\+", r"[\w.%+-]"),
        (r"-(?:bounces?|return|errors?|owner)-(?:\d{1,10}-)?", r"[\w.%-]"),
        (r"-", r"[\w.%]"),
    )
)
_SOURCE_ROUTE = re.compile(r"^(?:@[^:,@\s]{1,255},?)+:")


def clean(address: str) -> str:
    """`address` without brackets, quotes, a source route, `mailto:` and trailing punctuation."""
    whole = address
    # Stars are of text that was bold; an address may have them, but none has.
    address = address.strip(" \t\r\n<>()[]'\";,:*")
    if '"@' in address and f'"{address}' in whole:  # a quoted local part keeps its quotes
        return f'"{address}'
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if address[:1] == "@" and ":" in address:
        address = _SOURCE_ROUTE.sub("", address)
    address = address.rstrip(".,;:")
    if not address.isascii():
        address = _TEXT_BEHIND.sub(r"\1", _PUNCTUATION.sub(r"\1", address))
    return f"{address}]" if "@[" in address and address[-1] != "]" else address


def in_text(address: str) -> str:
    """`clean`, without the words that are written up to it in languages without blanks."""
    address = clean(address)
    return address if address.isascii() else _TEXT_BEFORE.sub("", address)


def first(value: str) -> str:
    """The first address of a header value or text, in angle brackets if there is one; or ""."""
    if "@" not in value:
        return ""
    match = _USUALLY.match(value)
    if match:
        return match[2]
    match = _ANGLE.search(value)
    if match:
        return clean(match[1])
    match = ADDRESS.search(value)
    return clean(match[0]) if match else ""


@lru_cache(maxsize=4096)
def _first_known(value: str) -> str:
    return first(value)


def of_author(value: str) -> str:
    """The first address of a From field: the same few write and are written in all reports."""
    return _first_known(value) if len(value) <= _USUAL else first(value)


def every(value: str, most: int = 1000) -> list[str]:
    """Every address of a header value, in order, without repeats; display names are skipped."""
    if "@" not in value:
        return []
    if value.count("@") == 1:
        address = first(value)
        return [address] if address else []
    return _distinct((clean(match[0]) for match in _matches(value)), most)


def every_in_text(text: str, most: int) -> list[str]:
    """Every address of running text, in order, without repeats."""
    if text.isascii():
        return every(text, most)
    return _distinct(map(_whole, _matches(text)), most)


def _matches(text: str) -> Iterator[re.Match[str]]:
    return ADDRESS.finditer(text if text.isascii() else _BETWEEN.sub(" ", text))


def _whole(match: re.Match[str]) -> str:
    is_in_brackets = match.string[match.start() - 1 : match.start()] == "<"
    return clean(match[0]) if is_in_brackets else in_text(match[0])


def _distinct(found: Iterable[str], most: int) -> list[str]:
    kept: dict[str, None] = {}
    for address in filter(None, found):
        kept[address] = None
        if len(kept) >= most:
            break
    return list(kept)


def of_return_path(value: str) -> str:
    """The recipient that a return path has within it (VERP): `list-ann=example.net@...`; or ""."""
    for pattern in _VERP if "=" in value else ():
        if match := pattern.search(value):
            return f"{match[1]}@{match[2]}"
    return ""


def of_field(value: str) -> str:
    """The address of a report field such as `rfc822; user@example.org` (RFC 3464 2.1.2).

    Reads RFC 6533's `utf-8;` addresses too. A value without a type or a domain is returned as
    it stands, for the caller to judge.
    """
    if not value:
        return ""
    kind, separator, rest = value.partition(";")
    if not separator or "@" in kind:
        kind, rest = "", value
    rest = rest.strip()
    if _SIMPLE.fullmatch(rest):
        return rest
    rest = _COMMENT.sub("", rest).strip()
    if not rest.isascii():
        rest = to_text(rest)
    if "=?" in rest and "@" not in rest:
        rest = decode_words(rest)
    if "\\x{" in rest:
        rest = _XTEXT.sub(_code_point, rest)
    return first(rest) or clean(rest)


def _code_point(match: re.Match[str]) -> str:
    value = int(match[1], 16)
    return chr(value) if value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF else "\ufffd"


def is_whole(address: str) -> bool:
    """Whether an address is one that mail could be sent to from outside."""
    local, at, domain = address.rpartition("@")
    return bool(local and at) and ("." in domain or domain.startswith("["))


def without_virtual_domain(address: str) -> str:
    """`ann@example.net` for `example.net-ann@example.net`.

    So qmail writes addresses of domains that it keeps for others (its virtualdomains).
    """
    local, _, domain = address.rpartition("@")
    prefix = f"{domain}-"
    if len(local) > len(prefix) and local.lower().startswith(prefix.lower()):
        return address[len(prefix) :]
    return address


def domain_of(address: str) -> str:
    """The part after the last @, lower case; "" where there is none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""
