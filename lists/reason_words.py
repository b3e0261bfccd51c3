"""What a reason such as `userunknown` is called: `bounces` registers the sentences at its start."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.html import format_html

# Replaced at the start; without it a name stands for itself.
_sentence_of: Callable[[str], str] = str


def register(sentence_of: Callable[[str], str]) -> None:
    """`sentence_of` gives the reader's sentence for a name, and the name where it knows none."""
    global _sentence_of
    _sentence_of = sentence_of


def sentence(name: str) -> str:
    """`The mailbox does not exist.`; the name itself where nobody knows it."""
    return _sentence_of(name)


def clause(name: str) -> str:
    """The sentence without its full stop, to stand within another."""
    return sentence(name).rstrip(".。")


def with_name(name: str) -> str:
    """For a table's cell: the sentence, and the name for who points at it."""
    said = sentence(name)
    return format_html('<span title="{}">{}</span>', name, said) if said != name else name
