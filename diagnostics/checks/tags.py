"""Records made of `name=value` pairs parted by semicolons: DMARC, DKIM, MTA-STS, TLS-RPT.

The form is DKIM's (RFC 6376 3.2); the others took it over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.checks.sentences import say

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_VALUE = re.compile(r"[!-:<-~]*(?:[ \t\r\n]+[!-:<-~]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tag:
    """One `name=value`."""

    name: str
    """As published; names are told apart by case (RFC 6376 3.2)."""
    value: str
    """Without the spaces around it."""


@dataclass(frozen=True, slots=True)
class TagList:
    """A record, read."""

    text: str
    tags: tuple[Tag, ...]
    faults: tuple[str, ...]
    """A sentence for each thing that breaks the form."""

    def get(self, name: str) -> str | None:
        """The value of the first tag `name`, or None."""
        return next((tag.value for tag in self.tags if tag.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The tags' names, in order."""
        return tuple(tag.name for tag in self.tags)


def read_tags(text: str) -> TagList:
    """Read a tag list; raises nothing: what is wrong stands in `.faults`."""
    tags: list[Tag] = []
    faults: list[str] = []
    specs = text.split(";")
    if specs and not specs[-1].strip():
        specs.pop()
    for spec in specs:
        name, equals, value = (part.strip(" \t\r\n") for part in spec.partition("="))
        if not equals or not _NAME.fullmatch(name):
            faults.append(say("{text} is no name=value", text=repr(spec.strip()[:60])))
        elif not _VALUE.fullmatch(value):
            faults.append(
                say("the value of {name} holds characters that are not allowed", name=name)
            )
        elif any(tag.name == name for tag in tags):
            faults.append(say("{name} stands twice", name=name))
        else:
            tags.append(Tag(name, value))
    return TagList(text, tuple(tags), tuple(faults))
