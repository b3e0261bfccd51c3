"""How reports for people lay out their recipients and what is said of each: one reader for all.

A `Layout` is data. Nearly every format lists addresses at the beginnings of lines or after a label,
and tells of each in the lines below it, or of all of them together in a section of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bounces.parsing import addresses
from bounces.parsing.charsets import one_line
from bounces.parsing.notice import MOST_RECIPIENTS, Finding

MOST_LINES = 4000
"""A report's own words are shorter; what is longer is somebody's list of transcripts."""
MOST_SAID = 4000
"""How many characters are kept of what is said of one recipient."""

_ADDRESS = addresses.ADDRESS.pattern
# Case is ignored for words only: for the whole range of an address it takes long to compile.
# An address at a line's beginning: a bullet, brackets or quotes before it, and no word behind it.
_LISTED = re.compile(
    rf"([ \t]*)(?:[*•>]+[ \t]+|->[ \t]*|\d{{1,3}}[.)][ \t]+|\[?SMTP:|>>>[ \t]*|-[ \t]+)?"
    rf"[<\"'(\[]{{0,2}}({_ADDRESS})[>\"')\]]{{0,2}}([ \t]*(?:$|[:;,]|\(|\[|\.\.\.|<<<|"
    rf"[ \t]-|on[ \t]|was[ \t]|is[ \t]|could[ \t]|has[ \t]|Invalid|delivery|failed|<mailto:|"
    rf"[ \t]{{2}}))(.*)"
)
_LABELLED = (
    r"(?i:[ \t]*(?:[-*•|]+[ \t]*)?(?:{labels})[ \t:]*[<\[\"'(]{{0,2}}"
    r"(?:SMTP:|rfc822;[ \t]*|mailto:)?)({address})[>\])\"']{{0,2}}(.*)"
)
# What may follow an address on its line where several are told of together.
_OTHERS = re.compile(rf"(?:[ \t]*[,;][ \t]*[<\"']?{_ADDRESS}[>\"']?)+[ \t]*[,;:.]?")
_FROM_ALIAS = re.compile(
    rf"(?i:\(?(?:expanded|generated|ultimately generated|originally addressed|redirected|"
    rf"forwarded)[ \t]+(?:from|by|to):?[ \t]*|Original address:[ \t]*)<?({_ADDRESS})>?\)?:?[ \t]*"
)
# The look behind stands second, so that the search can skip to the digit.
CODED = re.compile(r"[45](?:(?<!\d[45])\d\d[ -]|\.\d\.\d)")
_REPLY = re.compile(r"[ \t]*[45]\d\d[ -]\S")
_PROGRAM = re.compile(r"[ \t]*(?:pipe to )?(?:\"?\||/[\w./-]+|:fail:|save to (?=.*[/|:]))", re.I)
_ASIDE = frozenset('45pPsS"|/:')
"""How a line begins that `_REPLY` or `_PROGRAM` may match."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where recipients stand in a report's text, and where what is said of them."""

    begins: str = ""
    """What the line before the recipients says (a regular expression); empty: they may stand
    anywhere."""
    labels: str = ""
    """Words before an address that make it a recipient, as alternatives of a regular expression."""
    listed: bool = True
    """Whether an address at a line's beginning is a recipient."""
    colon: bool = False
    """Whether only an address with a colon behind it is one."""
    keeps_label: bool = False
    """Whether the label says what happened, and belongs to what is told."""
    paragraphs: bool = False
    """Whether what is said of a recipient goes on behind an empty line."""
    announces: str = ""
    """A line before the recipients that tells what happened to them."""
    details: str = ""
    """The line after which the report tells what happened to all of them."""
    after_details: str = ""
    """The line that ends that, where recipients may follow."""
    ends: str = ""
    """The line that ends what is said."""


_Find = Callable[[str], re.Match[str] | None] | None
"""Finds something on a line; None where a layout looks for nothing."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    begins: _Find
    labels: _Find
    announces: _Find
    details: _Find
    after_details: _Find
    ends: _Find
    has_sections: bool


_compiled: dict[Layout, _Compiled] = {}


def _compile(layout: Layout) -> _Compiled:
    labels = _LABELLED.format(labels=layout.labels, address=_ADDRESS)
    compiled = _compiled[layout] = _Compiled(
        _finder(layout.begins),
        re.compile(labels).match if layout.labels else None,
        _finder(layout.announces),
        _finder(layout.details),
        _finder(layout.after_details),
        _finder(layout.ends),
        bool(layout.announces or layout.details or layout.after_details),
    )
    return compiled


def _finder(expression: str) -> _Find:
    if not expression:
        return None
    pattern = re.compile(expression, re.I)
    # `search` would try all places of a line for what can only be at its beginning.
    return pattern.match if _is_of_beginnings(expression) else pattern.search


def _is_of_beginnings(expression: str) -> bool:
    """Whether each alternative of an expression begins with `^`."""
    depth = 0
    outermost = []
    for character in re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", expression):
        depth += (character == "(") - (character == ")")
        outermost.append(character if depth == 0 else "x")
    return all(alternative.startswith("^") for alternative in "".join(outermost).split("|"))


class _Reader:
    """The state of reading one text."""

    __slots__ = ("announced", "current", "found", "in_details", "indent", "layout", "program",
                 "rules", "seen", "shared", "together")  # fmt: skip

    def __init__(self, layout: Layout, rules: _Compiled) -> None:
        self.layout = layout
        self.rules = rules
        self.found: list[tuple[Finding, list[str]]] = []
        """The recipients, each with the lines that tell of it."""
        self.seen: dict[str, int] = {}
        self.together: set[int] = set()
        """The places of recipients on whom only lines are found that tell of others too."""
        self.shared: list[str] = []
        """The lines that tell of all of them."""
        self.current: list[str] | None = None
        """Where the next line goes that names nobody."""
        self.indent = -1
        self.in_details = False
        self.program = ""
        self.announced = ""

    def take(self, lines: list[str]) -> None:
        """Take all lines up to the one that ends what is said."""
        begins, ends = self.rules.begins, self.rules.ends
        has_sections, paragraphs = self.rules.has_sections, self.layout.paragraphs
        for line in lines:
            if ends is not None and ends(line):
                break
            if begins is not None:
                match = begins(line)
                if match is None:
                    continue
                begins = None
                if "@" not in line:
                    continue
                # The first may stand behind the announcement: "was not delivered to: ann@..."
                line = line[match.end() :]
            if (has_sections and self._take_section(line)) or (
                "@" in line and self._take_recipient(line)
            ):
                if len(self.found) >= MOST_RECIPIENTS:
                    break
            elif not line or line.isspace():
                # A blank line ends what is said of a recipient, unless nothing was said yet.
                if self.current and not paragraphs:
                    self.current = None
            elif self.current is not None:
                self.current.append(line.strip())
            elif self.program or line.lstrip()[:1] in _ASIDE:
                self._take_aside(line)

    def _take_aside(self, line: str) -> None:
        """Take a line that is not below any recipient: a reply to all, or a program that failed."""
        if not self.found and self.rules.begins and _REPLY.match(line):
            # The reply may stand before those whom it is about.
            self.shared.append(line.strip())
        elif _PROGRAM.match(line):
            self.program = line.strip()
        elif self.program and (match := _FROM_ALIAS.search(line)):
            self._add(match[1], self.program, 0).command = "PIPE"
            self.program = ""

    def _take_section(self, line: str) -> bool:
        """Take a line that announces, begins, ends or goes on with what is told of all."""
        rules = self.rules
        if rules.announces and (match := rules.announces(line)):
            self.announced = match[0].strip()
        elif rules.details and (match := rules.details(line)):
            self.in_details, self.current = True, None
            if any(self.shared):
                self.shared.append(";")
            self.shared.append(line[match.end() :].strip())
        elif rules.after_details and rules.after_details(line):
            self.in_details = False
        elif self.in_details and not (
            rules.after_details and "@" in line and self._take_recipient(line)
        ):
            self.shared.append(line.strip())
        else:
            return False
        return True

    def _take_recipient(self, line: str) -> bool:
        if self.rules.labels and (match := self.rules.labels(line)):
            said = match[match.lastindex or 0]
            if self._take_others(match[1], said, len(line) - len(line.lstrip())):
                return True
            if self.layout.keeps_label:
                said = line[: match.start(1)].rstrip(" <:") + ": " + said
            self._add(match[1], said, len(line) - len(line.lstrip()))
            return True
        if not self.layout.listed:
            return False
        match = _LISTED.match(line)
        if not match:
            return False
        blanks, address, after, rest = match.groups()
        # The alias that an address stands for may be between it and its colon, over two lines.
        if (
            self.layout.colon
            and after.lstrip()[:1] != ":"
            and not (after + rest).lstrip().startswith("(expanded from")
        ):
            return False
        indent = len(blanks)
        if match.end(1) == match.start(2):
            address = addresses.in_text(address)
        # A continuation line may begin with an address too; it stands further in.
        if indent > self.indent >= 0:
            return False
        after = after.strip()
        if not self._take_others(address, after + rest, indent):
            self._add(address, rest if after in (":", ";", ",") else after + rest, indent)
        return True

    def _take_others(self, address: str, behind: str, indent: int) -> bool:
        """Take `address` and those behind it, where nothing else is on the line."""
        behind = behind.strip()
        if behind[:1] not in (",", ";") or not _OTHERS.fullmatch(behind):
            return False
        self._add(address, "", indent)
        together, first = self.current, self.seen[addresses.clean(address).lower()]
        for other in addresses.every(behind, MOST_RECIPIENTS):
            self._add(other, "", indent, together)
        self.together.update(range(first, len(self.found)))
        return True

    def _add(
        self, address: str, said: str, indent: int, together: list[str] | None = None
    ) -> Finding:
        """Add a recipient; what is said goes to the list that it has `together` with others."""
        address = addresses.clean(address)
        key = address.lower()
        at = self.seen.get(key)
        if at is None:
            if self.indent < 0 or indent < self.indent:
                self.indent = indent
            at = self.seen[key] = len(self.found)
            self.found.append((Finding(address), [] if together is None else together))
        finding, lines = self.found[at]
        if said := said.strip():
            if at in self.together:
                self.together.remove(at)
                lines = []
                self.found[at] = (finding, lines)
            lines.append(said)
        self.current = lines
        return finding


def _together(lines: list[str]) -> str:
    """The lines of what is said on one, with a colon before the first reply that began a line."""
    if len(lines) == 1:
        return one_line(lines[0])[:MOST_SAID]
    for number, line in enumerate(lines):
        if CODED.search(line):
            if number and _REPLY.match(line) and lines[number - 1][-1:].isalnum():
                lines = [*lines[:number], ":", *lines[number:]]
            break
    return one_line(" ".join(lines))[:MOST_SAID]


def read(lines: list[str], layout: Layout) -> list[Finding]:
    """The recipients that a text lists, in order, with what it says of each."""
    reader = _Reader(layout, _compiled.get(layout) or _compile(layout))
    reader.take(lines if len(lines) <= MOST_LINES else lines[:MOST_LINES])
    shared = _together(reader.shared) if reader.shared else ""
    for finding, said in reader.found:
        text = _together(said) if said else ""
        if text and (match := _FROM_ALIAS.match(text)) is not None:
            finding.original_recipient = addresses.clean(match[1])
            if not addresses.is_whole(finding.recipient):
                finding.recipient, finding.original_recipient = finding.original_recipient, ""
            text = text[match.end() :]
        text = text.lstrip(":;. ")
        if shared and not CODED.search(text):
            text = shared
        finding.diagnostic = f"{reader.announced} {text}".strip()
    return [finding for finding, _ in reader.found]
