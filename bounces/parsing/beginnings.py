"""How lines begin, as tables have it: all rows of a table as one expression."""

from __future__ import annotations

import re
from collections.abc import Iterable

HEAD = 7
"""How many letters of a line's beginning, behind dashes and the like, are looked up in tables."""
LEAD = " \t-=*|_~#+.[(<\"'!"


def lines_with(heads: Iterable[str]) -> re.Pattern[str]:
    """An expression that ends before any of `heads` where a line begins with it, behind `LEAD`.

    It is for texts in lower case, with a line end before the first line too: searching skips from
    one line end to the next.
    """
    return re.compile(rf"\n[{re.escape(LEAD)}]*+(?={any_of(heads)})")


def any_of(words: Iterable[str]) -> str:
    """An expression for any of `words`.

    It branches letter by letter, so that no letter of a text is compared with every word.
    """
    branches: dict[str, list[str]] = {}
    for word in words:
        branches.setdefault(word[:1], []).append(word[1:])
    may_end = branches.pop("", None) is not None
    if not branches:
        return ""
    either = "|".join([re.escape(first) + any_of(rests) for first, rests in branches.items()])
    return f"(?:{either}){'?' * may_end}" if may_end or len(branches) > 1 else either
