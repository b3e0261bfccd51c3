"""Finds what is said of something where both stand close together: see `texts/pairs.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bounces.parsing.reasons.phrases import is_unspaced, spellings, words_of

_NEAR = 8
"""How many words before or after what is said its subject is looked for."""
_OPEN = frozenset(
    ("such", "unknown", "invalid", "illegal", "bad", "wrong", "incorrect", "nonexistent",
     "existent", "find", "locate", "no")
)  # fmt: skip
"""Last words of what is said that ask for a subject behind them: "no such user"."""
_OWNERS = frozenset(
    (
        "ip", "sender", "senders", "originator", "mailfrom",
        "domain", "domains", "domäne", "domaine", "dominio", "domínio", "domein", "домен",
    )
)  # fmt: skip
"""Whose address it is, or that only its domain is spoken of, counts more than that it is one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A reason and the subject and saying that gave it."""

    reason: str
    subject: str
    said: str


@dataclass(frozen=True, slots=True)
class _Saying:
    """Something that may be said, and what it means of each subject: (rank, reason)."""

    words: str
    of: dict[str, tuple[int, str]] = field(default_factory=dict)

    def subject_in(self, words: str) -> str:
        """Return the subject next to an occurrence in `words`, rather before it than after."""
        at = words.find(self.words)
        while at >= 0:
            after = words[at + len(self.words) :].split(maxsplit=_NEAR)[:_NEAR]
            if after and after[0] in self.of and self.words.split()[-1] in _OPEN:
                return after[0]
            before = words[:at].rsplit(maxsplit=_NEAR)[-_NEAR:]
            for index in range(len(before) - 1, -1, -1):
                if before[index] in self.of:
                    owners = (w for w in before[max(0, index - 2) : index] if w in _OWNERS)
                    return next((w for w in owners if w in self.of), before[index])
            for index, word in enumerate(after):
                if word in self.of and not (index and after[index - 1] in _OWNERS - self.of.keys()):
                    return word
            at = words.find(self.words, at + 1)
        return ""


class UnspacedPairs:
    """Pairs of languages written without spaces, where both only need to stand in the text."""

    def __init__(self, rows: Iterable[tuple[str, tuple[str, ...], tuple[str, ...]]]) -> None:
        """Take rows of (reason, subjects, things said); earlier rows win."""
        self._rows = tuple(rows)

    def find(self, words: str) -> Pair | None:
        """Return the first pair in `words`, or None."""
        if words.isascii() or not is_unspaced(words):
            return None
        for reason, subjects, things in self._rows:
            for subject in subjects:
                if subject in words:
                    for said in things:
                        if said in words:
                            return Pair(reason, subject, said)
        return None


class PairIndex:
    """Pairs in the order of their importance, found by the longest word of what is said."""

    def __init__(self, rows: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
        """Take rows of (reason, subjects separated by spaces, things said); earlier rows win."""
        sayings: dict[str, _Saying] = {}
        for rank, (reason, subjects, things) in enumerate(rows):
            names = [name for subject in subjects.split() for name in spellings(subject)]
            for said in (spelling for thing in things for spelling in spellings(thing)):
                words = f" {' '.join(words_of(said))} "
                saying = sayings.setdefault(words, _Saying(words))
                for name in names:
                    saying.of.setdefault(name, (rank, reason))
        self._by_word: dict[str, tuple[_Saying, ...]] = {}
        for words, saying in sayings.items():
            anchor = max(words.split(), key=len)
            self._by_word[anchor] = (*self._by_word.get(anchor, ()), saying)

    def find(self, word_set: frozenset[str], words: str) -> Pair | None:
        """Return the first pair in `words`, or None."""
        found: list[tuple[int, str, str, str]] = []
        by_word = self._by_word
        for word in by_word.keys() & word_set:
            for saying in by_word[word]:
                if subject := saying.subject_in(words):
                    rank, reason = saying.of[subject]
                    found.append((rank, reason, subject, saying.words.strip()))
        return Pair(*min(found)[1:]) if found else None
