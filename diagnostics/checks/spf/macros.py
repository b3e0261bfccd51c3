"""Macros: `%{ir}.%{v}._spf.%{d2}` and the like, read once and expanded often (RFC 7208 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from diagnostics.checks.sentences import say

_TOKEN = re.compile(
    r"(?P<macro>%\{(?P<letter>[slodiphcrtv])(?P<digits>[0-9]*)(?P<reverse>r?)"
    r"(?P<delimiters>[-.+,/_=]*)\})"
    r"|(?P<escape>%[%_-])"
    r"|(?P<literal>[!-$&-~]+)",
    re.ASCII | re.IGNORECASE,
)
_SPACES = re.compile(" +")
_ESCAPES = {"%%": "%", "%_": " ", "%-": "%20"}
_MOST_PARTS = 128  # RFC 7208 7.3: at least 127; a name has no more labels than that

EXPLANATION_LETTERS = frozenset("crt")
"""Letters that only the text of an explanation may use (RFC 7208 7.2)."""

_ALPHANUM = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


class MacroError(ValueError):
    """A macro-string that breaks the grammar."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        """Where it breaks, counted from the start of the macro-string."""
        self.message = message


@dataclass(frozen=True, slots=True)
class Macro:
    """One `%{...}`."""

    letter: str
    """In lower case."""
    keep: int
    """How many parts of the right-hand side to keep; 0 is all."""
    reverse: bool
    delimiters: str
    escape: bool
    """True where the letter is in upper case: the value is URL-escaped (RFC 7208 7.3)."""

    def transform(self, value: str) -> str:
        """What the macro makes of the letter's `value`."""
        if self.keep or self.reverse or self.delimiters:
            for delimiter in self.delimiters:
                value = value.replace(delimiter, "\0")
            parts = value.split("\0" if self.delimiters else ".")
            if self.reverse:
                parts.reverse()
            value = ".".join(parts[-self.keep :] if self.keep else parts)
        return quote(value, safe="", errors="replace") if self.escape else value


@dataclass(frozen=True, slots=True)
class MacroString:
    """A macro-string, read."""

    text: str
    """As it was published."""
    parts: tuple[str | Macro, ...]
    ends_in_macro: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The macro letters it uses, in lower case."""
        return frozenset(part.letter for part in self.parts if isinstance(part, Macro))

    def expand(self, value_of: Callable[[str], str]) -> str:
        """The text with each macro replaced; `value_of` gives a letter's value."""
        return "".join(
            part if isinstance(part, str) else part.transform(value_of(part.letter))
            for part in self.parts
        )


def read_macro_string(text: str, *, spaces: bool = False) -> MacroString:
    """Read `macro-string`, or `explain-string` where `spaces` are allowed (RFC 7208 7.1).

    Raises `MacroError`.
    """
    parts: list[str | Macro] = []
    at, ends_in_macro = 0, False
    while at < len(text):
        if spaces and (gap := _SPACES.match(text, at)):
            parts.append(gap[0])
            at, ends_in_macro = gap.end(), False
            continue
        token = _TOKEN.match(text, at)
        if token is None:
            raise MacroError(at, _complaint(text, at))
        if token["macro"]:
            parts.append(_macro(token, at))
        else:
            parts.append(_ESCAPES[token["escape"]] if token["escape"] else token["literal"])
        at, ends_in_macro = token.end(), token["literal"] is None
    return MacroString(text, tuple(_joined(parts)), ends_in_macro)


def _joined(parts: list[str | Macro]) -> Iterator[str | Macro]:
    """`parts` with neighbouring literals made one."""
    for literal, group in groupby(parts, key=lambda part: isinstance(part, str)):
        if literal:
            yield "".join(str(part) for part in group)
        else:
            yield from group


def read_domain_spec(text: str) -> MacroString:
    """Read `domain-spec`: a macro-string that ends in a macro or a top label (RFC 7208 7.1).

    Raises `MacroError`.
    """
    if not text:
        raise MacroError(0, say("a domain name is missing"))
    spec = read_macro_string(text)
    for letter in sorted(spec.letters & EXPLANATION_LETTERS):
        found = text.lower().find("%{" + letter)
        raise MacroError(
            found, say("%{{{letter}}} is for the text of an explanation only", letter=letter)
        )
    if spec.ends_in_macro:
        return spec
    _, dot, label = text[text.rfind("}") + 1 :].removesuffix(".").rpartition(".")
    if not dot:
        raise MacroError(0, say("{text} is no full domain name", text=repr(text)))
    if not _is_top_label(label):
        raise MacroError(
            max(text.rfind(label), 0), say("a domain name cannot end in {label}", label=repr(label))
        )
    return spec


def _is_top_label(label: str) -> bool:
    """`toplabel`: letters and digits with one letter or an inner hyphen at least."""
    if not label or label[0] not in _ALPHANUM or label[-1] not in _ALPHANUM:
        return False
    return set(label) <= _ALPHANUM | {"-"} and not label.isdigit()


def _macro(token: re.Match[str], at: int) -> Macro:
    letter, digits = token["letter"], token["digits"].lstrip("0")
    if token["digits"] and not digits:
        raise MacroError(at, say("a macro cannot keep 0 parts"))
    # Digits without end are legal; more parts than a name can have are all of them.
    keep = min(int(digits[:4]), _MOST_PARTS) if digits else 0
    return Macro(
        letter.lower(), keep, bool(token["reverse"]), token["delimiters"], letter.isupper()
    )


def _complaint(text: str, at: int) -> str:
    if text[at] == "%":
        return say("{text} is no macro; write %% for a percent sign", text=repr(text[at : at + 12]))
    return say("the character {character} is not allowed", character=repr(text[at]))
