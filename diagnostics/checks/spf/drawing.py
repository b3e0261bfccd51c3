"""The trace as a tree of text lines, for a terminal or a mail."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.checks.spf.types import SpfResult, Trace

_MARKS = {"match": "✓", "no match": "·", "not reached": " ", "temperror": "!", "permerror": "✗"}


def draw(result: SpfResult) -> str:
    """The result and what each term did, a line a term; ends without a newline."""
    head = f"{result.result}: {result.reason}"
    spent = f"{result.lookups} lookups, {result.void_lookups} void"
    lines = [head, spent]
    if result.explanation:
        lines.append(f"the owner says: {result.explanation}")
    if result.trace is not None:
        lines.append(f"{result.trace.domain}: {result.trace.record or 'no record'}")
        lines.extend(_branches(result.trace, ""))
    return "\n".join(lines)


def _branches(node: Trace, indent: str) -> Iterator[str]:
    for at, child in enumerate(node.children, 1):
        last = at == len(node.children)
        cost = f" [{child.lookups}]" if child.lookups else ""
        why = f"  {child.why}" if child.why else ""
        branch = "└" if last else "├"
        yield f"{indent}{branch} {_MARKS[child.outcome]} {child.term}{cost}{why}"
        yield from _branches(child, indent + ("  " if last else "│ "))
